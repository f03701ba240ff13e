using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;

namespace Microsoft.Extensions.Hosting;

[FromPackage("Microsoft.Azure.Functions.Worker")]
public static class MiddlewareWorkerApplicationBuilderExtensions
{
    public static IFunctionsWorkerApplicationBuilder UseMiddleware(
        this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, Func<Task>, Task> middleware)
    {
        ((FunctionsApplicationBuilder)builder).Middleware = middleware;
        return builder;
    }
}
