// What the Functions worker's packages declare, as far as our triggers use it: written from its documentation, so that
// the triggers compile and run here without the packages (docs/decisions/0002). Nothing of it is deployed.
namespace Microsoft.Azure.Functions.Worker;

[FromPackage("Microsoft.Azure.Functions.Worker")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

[FromPackage("Microsoft.Azure.Functions.Worker.Extensions.Timer")]
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    public string Schedule { get; } = schedule;

    public bool UseMonitor { get; set; } = true;

    public bool RunOnStartup { get; set; }
}

[FromPackage("Microsoft.Azure.Functions.Worker.Extensions.Timer")]
public class TimerInfo
{
    public bool IsPastDue { get; set; }
}

[FromPackage("Microsoft.Azure.Functions.Worker.Extensions.Storage.Queues")]
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class QueueTriggerAttribute(string queueName) : Attribute
{
    public string QueueName { get; } = queueName;

    public string? Connection { get; set; }
}

[FromPackage("Microsoft.Azure.Functions.Worker")]
public abstract class FunctionContext
{
    public virtual CancellationToken CancellationToken => CancellationToken.None;
}
