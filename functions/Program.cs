using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Postroom.Settings;

namespace Postroom.Functions;

/// <summary>The worker process that the Functions host starts.</summary>
internal static class Program
{
    /// <summary>Works until the host ends it.</summary>
    /// <returns>0; or 1 if the settings cannot be used, and then standard error says why.</returns>
    public static async Task<int> Main(string[] args)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.UseMiddleware(StopReport.RunAsync);
        try
        {
            builder.Services.AddPostroom(AppSettings.Read(builder.Configuration, builder.Environment.ContentRootPath));
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

        await builder.Build().RunAsync();
        return 0;
    }
}
