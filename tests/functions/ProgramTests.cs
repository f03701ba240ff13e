using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Postroom.Functions;
using Postroom.Settings;
using Postroom.Tests.Servers;
using Xunit;

namespace Postroom.Tests.Functions;

/// <summary>How the worker process starts, and how it does not.</summary>
public sealed class ProgramTests
{
    private const string Account = "DefaultEndpointsProtocol=https;AccountName=one;AccountKey=AAAA;EndpointSuffix=core.windows.net";

    [Fact]
    public async Task The_sample_starts_and_every_function_gets_its_stage()
    {
        FunctionsApplicationBuilder? builder = null;
        FunctionsApplicationBuilder.Built.Value = (built, host) =>
        {
            builder = built;
            foreach (var trigger in Trigger.All)
                ActivatorUtilities.CreateInstance(host.Services, trigger.Method.DeclaringType!);
            var life = host.Services.GetRequiredService<IHostApplicationLifetime>();
            life.ApplicationStarted.Register(life.StopApplication);
        };

        // In this environment the host also looks for services that cannot be made.
        Assert.Equal(0, await Program.Main([.. Arguments(Sample.Settings), "--environment=Development"]));

        Assert.Equal(StopReport.RunAsync, builder?.Middleware);
    }

    [Fact]
    public async Task Settings_that_cannot_be_used_end_it_with_all_problems_and_no_stack()
    {
        var settings = Sample.Settings.Where(static s => s.Key is not ("Accounts__anna__Host" or "INBOUND_QUEUE")).ToDictionary();
        settings["Postmaster"] = "nobody";
        settings["AzureWebJobsStorage"] = Account;
        settings["Storage"] = StorageAt("two");

        var (code, errors) = await StartAsync(settings);

        Assert.Equal(1, code);
        Assert.Contains("4 problems in the settings; nothing was started.", errors, StringComparison.Ordinal);
        Assert.Contains("Accounts__anna__Host: is missing.", errors, StringComparison.Ordinal);
        Assert.Contains("Postmaster: ", errors, StringComparison.Ordinal);
        Assert.Contains("INBOUND_QUEUE: is missing. The Functions host needs it written even where the usual value will do. Write inbound.", errors, StringComparison.Ordinal);
        Assert.Contains("Storage: is not the account of AzureWebJobsStorage", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("AccountKey", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POLL_SCHEDULE")]
    [InlineData("SWEEP_SCHEDULE")]
    [InlineData("COLLECT_QUEUE")]
    [InlineData("INBOUND_QUEUE")]
    [InlineData("DELIVER_QUEUE")]
    public void A_setting_only_the_host_reads_must_be_written(string name) =>
        Assert.StartsWith(name + ": is missing.", Assert.Single(Problems(Sample.Settings.Where(s => s.Key != name))), StringComparison.Ordinal);

    [Fact]
    public void In_azure_a_maildir_on_the_instance_s_own_disk_is_refused()
    {
        Assert.Contains("own disk", Assert.Single(Problems(With(("WEBSITE_INSTANCE_ID", "1"), ("Targets__default__Path", "mail")))), StringComparison.Ordinal);
        Assert.Empty(Problems(With(("WEBSITE_INSTANCE_ID", "1"), ("Targets__default__Path", "/mounts/mail"))));
        Assert.Empty(Problems(With(("Targets__default__Path", "mail"))));
    }

    [Fact]
    public void Triggers_and_stages_on_two_accounts_are_refused()
    {
        Assert.Single(Problems(With(("Storage", StorageAt("two")), ("AzureWebJobsStorage", Account))));
        Assert.Single(Problems(With(("Storage__accountName", "two"), ("AzureWebJobsStorage", Account))));
        Assert.Single(Problems(With(("Storage", Account), ("AzureWebJobsStorage", null), ("AzureWebJobsStorage__accountName", "two"))));
        Assert.Single(Problems(With(("Storage", Account))));
    }

    [Fact]
    public void The_same_account_in_other_words_will_do()
    {
        Assert.Empty(Problems(With(("Storage", StorageAt("one")), ("AzureWebJobsStorage", Account))));
        Assert.Empty(Problems(With(("Storage__accountName", "one"), ("AzureWebJobsStorage", Account))));
        Assert.Empty(Problems(With(
            ("Storage__accountName", "one"), ("AzureWebJobsStorage", null), ("AzureWebJobsStorage__queueServiceUri", "https://one.queue.core.windows.net/"))));
        Assert.Empty(Problems(With(("Storage", "UseDevelopmentStorage=true"))));
        Assert.Empty(Problems(With(("Storage", Account), ("AzureWebJobsStorage", null))));
    }

    // Another order, another key, the same account.
    private static string StorageAt(string account) =>
        $"AccountName={account};AccountKey=BBBB;EndpointSuffix=core.windows.net;DefaultEndpointsProtocol=https";

    private static Dictionary<string, string> With(params (string Name, string? Value)[] changes)
    {
        var settings = Sample.Settings.ToDictionary();
        foreach (var (name, value) in changes)
        {
            if (value is null)
                settings.Remove(name);
            else
                settings[name] = value;
        }

        return settings;
    }

    private static IReadOnlyList<string> Problems(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager();
        foreach (var (name, value) in settings)
            configuration[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        try
        {
            AppSettings.Read(configuration, AppContext.BaseDirectory);
            return [];
        }
        catch (SettingsException e)
        {
            return e.Problems;
        }
    }

    private static async Task<(int Code, string Errors)> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        // As Azure hands them over: in the environment.
        await using var worker = await ChildProcess.StartAsync(
            Environment.ProcessPath!, [EntryPoint.Worker], environment: settings.ToDictionary(static s => s.Key, static string? (s) => s.Value));
        return (await worker.ExitAsync(TimeSpan.FromMinutes(1)), worker.Errors);
    }

    private static IEnumerable<string> Arguments(IReadOnlyDictionary<string, string> settings) =>
        settings.Select(static s => $"--{s.Key.Replace("__", ":", StringComparison.Ordinal)}={s.Value}");
}
