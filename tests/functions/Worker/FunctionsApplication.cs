using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

[FromPackage("Microsoft.Azure.Functions.Worker")]
public static class FunctionsApplication
{
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}

[FromPackage("Microsoft.Azure.Functions.Worker")]
public class FunctionsApplicationBuilder : IFunctionsWorkerApplicationBuilder
{
    // The real one is made of the same builder, and reads the same environment and arguments.
    private readonly HostApplicationBuilder builder;

    internal FunctionsApplicationBuilder(string[] args) => builder = Host.CreateApplicationBuilder(args);

    /// <summary>For the tests: shows builder and host after the making and before the start.</summary>
    internal static AsyncLocal<Action<FunctionsApplicationBuilder, IHost>?> Built { get; } = new();

    public ConfigurationManager Configuration => builder.Configuration;

    public IHostEnvironment Environment => builder.Environment;

    public IServiceCollection Services => builder.Services;

    internal Func<FunctionContext, Func<Task>, Task>? Middleware { get; set; }

    public IHost Build()
    {
        var host = builder.Build();
        Built.Value?.Invoke(this, host);
        return host;
    }
}
