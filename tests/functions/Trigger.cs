using System.Reflection;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Postroom.Tests.Functions;

/// <summary>One function as the Functions host would find it: by its attributes.</summary>
internal sealed record Trigger(string Name, MethodInfo Method)
{
    public static IReadOnlyList<Trigger> All { get; } =
    [
        .. from type in typeof(Trigger).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           select new Trigger(function.Name, method),
    ];

    public static Trigger Of(string name) => All.Single(t => t.Name == name);

    public string? Queue => Attribute<QueueTriggerAttribute>()?.QueueName;

    public string? Schedule => Attribute<TimerTriggerAttribute>()?.Schedule;

    /// <summary>What the host puts a setting's value into.</summary>
    public string Written => Queue ?? Schedule ?? throw new InvalidOperationException($"{Name} has no trigger.");

    /// <summary>Every class of the worker's packages it needs.</summary>
    public IEnumerable<Type> Needs =>
        Method.GetParameters().SelectMany(p => p.GetCustomAttributes().Select(static a => a.GetType()).Append(p.ParameterType))
            .Concat(Method.GetCustomAttributes().Select(static a => a.GetType()))
            .Where(static t => t.GetCustomAttribute<FromPackageAttribute>() is not null)
            .Distinct();

    public T? Attribute<T>() where T : Attribute =>
        Method.GetParameters().Select(static p => p.GetCustomAttribute<T>()).SingleOrDefault(static a => a is not null);

    /// <summary>Runs it as the worker does: a fresh instance, every parameter by its type.</summary>
    public async Task RunAsync(IServiceProvider services, QueueMessage? message, CancellationToken stop)
    {
        var instance = ActivatorUtilities.CreateInstance(services, Method.DeclaringType!);
        var arguments = Method.GetParameters().Select(object (p) =>
            p.ParameterType == typeof(QueueMessage) ? message! :
            p.ParameterType == typeof(TimerInfo) ? new TimerInfo() :
            p.ParameterType == typeof(CancellationToken) ? stop :
            throw new NotSupportedException($"{Name}: the host has no {p.ParameterType.Name} to give."));
        await (Task)Method.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, [.. arguments], null)!;
    }
}
