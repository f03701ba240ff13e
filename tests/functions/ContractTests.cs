using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Postroom.Functions;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Tests.Servers;
using Xunit;

namespace Postroom.Tests.Functions;

/// <summary>What the Functions host and its scale controller read of our triggers must fit everything else we wrote.</summary>
public sealed class ContractTests
{
    private static IEnumerable<string> SettingsInTriggers => Trigger.All.SelectMany(static t => Sample.Names(t.Written)).Distinct();

    [Fact]
    public void There_is_a_function_for_every_stage_and_every_name_is_given_once()
    {
        Assert.Equal(
            ["Collect", "CollectTimer", "Deliver", "Poison", "PoisonCollect", "PoisonDeliver", "Resolve", "Sweep"],
            Trigger.All.Select(static t => t.Name).Order(StringComparer.Ordinal));
        Assert.All(Trigger.All, static t => Assert.Equal($"Postroom.Functions.{t.Name}Trigger", t.Method.DeclaringType!.FullName));
    }

    [Fact]
    public void The_host_can_see_and_call_every_function() => Assert.All(Trigger.All, static t =>
    {
        Assert.True(t.Method.IsPublic && t.Method.DeclaringType!.IsPublic, $"{t.Name} must be public.");
        Assert.Equal(typeof(Task), t.Method.ReturnType);
        Assert.Contains(t.Method.GetParameters(), static p => p.ParameterType == typeof(CancellationToken));
        Assert.True(t.Queue is null ^ t.Schedule is null, $"{t.Name} must have one trigger.");
    });

    [Fact]
    public void Queue_functions_take_the_whole_message_for_its_number_of_tries() =>
        Assert.All(Trigger.All.Where(static t => t.Queue is not null),
            static t => Assert.Contains(t.Method.GetParameters(), static p =>
                p.ParameterType == typeof(QueueMessage) && p.GetCustomAttribute<QueueTriggerAttribute>() is not null));

    [Fact]
    public void Every_queue_function_listens_on_its_own_queue() =>
        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["Collect"] = "%COLLECT_QUEUE%",
                ["Resolve"] = "%INBOUND_QUEUE%",
                ["Deliver"] = "%DELIVER_QUEUE%",
                ["PoisonCollect"] = "%COLLECT_QUEUE%" + WorkQueues.PoisonSuffix,
                ["Poison"] = "%INBOUND_QUEUE%" + WorkQueues.PoisonSuffix,
                ["PoisonDeliver"] = "%DELIVER_QUEUE%" + WorkQueues.PoisonSuffix,
            },
            Trigger.All.Where(static t => t.Queue is not null).ToDictionary(static t => t.Name, static t => t.Queue));

    [Fact]
    public void Every_queue_has_someone_who_takes_what_it_gave_up_on()
    {
        var queues = Trigger.All.Select(static t => t.Queue).OfType<string>().ToHashSet();
        var work = queues.Where(static q => !q.EndsWith(WorkQueues.PoisonSuffix, StringComparison.Ordinal)).ToList();

        Assert.Equal(work.Concat(work.Select(static q => q + WorkQueues.PoisonSuffix)).Order(), queues.Order());
    }

    [Fact]
    public void Every_setting_in_a_trigger_is_flat_known_and_in_the_sample() => Assert.All(SettingsInTriggers, static name =>
    {
        // The scale controller reads app settings by themselves, and finds no name with a colon or "__" in it.
        Assert.Matches("^[A-Z]+_[A-Z]+$", name);
        Assert.Contains(SettingsCatalogue.All, d => d.Name == name);
        Assert.True(Sample.Settings.ContainsKey(name), $"{name} is not in local.settings.sample.json.");
    });

    [Fact]
    public void Every_queue_and_schedule_of_the_catalogue_is_listened_to() =>
        Assert.Equal(
            SettingsCatalogue.All.Select(static d => d.Name).Where(static n => n.EndsWith("_QUEUE", StringComparison.Ordinal) || n.EndsWith("_SCHEDULE", StringComparison.Ordinal)).Order(),
            SettingsInTriggers.Order());

    [Fact]
    public void The_start_asks_for_every_setting_in_a_trigger() =>
        Assert.Equal(SettingsInTriggers.Order(), AppSettings.ReadByHost.Order());

    [Fact]
    public void The_sample_names_queues_and_schedules_as_the_catalogue_does() => Assert.All(SettingsInTriggers, static name =>
        Assert.Equal($"`{Sample.Settings[name]}`", SettingsCatalogue.All.Single(d => d.Name == name).Default));

    [Fact]
    public void Schedules_have_six_fields() => Assert.All(Trigger.All.Where(static t => t.Schedule is not null),
        static t => Assert.Equal(6, Sample.Resolve(t.Schedule!).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length));

    [Fact]
    public void No_clock_strikes_at_the_start_and_the_frequent_one_writes_nothing_down()
    {
        Assert.All(Trigger.All.Select(static t => t.Attribute<TimerTriggerAttribute>()).OfType<TimerTriggerAttribute>(), static t => Assert.False(t.RunOnStartup));
        Assert.False(Trigger.Of("CollectTimer").Attribute<TimerTriggerAttribute>()!.UseMonitor);
        // A night without Sweep is made up for.
        Assert.True(Trigger.Of("Sweep").Attribute<TimerTriggerAttribute>()!.UseMonitor);
    }

    [Fact]
    public void Triggers_listen_where_the_host_has_its_own_storage() =>
        Assert.All(Trigger.All, static t => Assert.Null(t.Attribute<QueueTriggerAttribute>()?.Connection));

    [Fact]
    public void The_infrastructure_sets_every_setting_in_a_trigger()
    {
        var infra = Path.Combine(Repository.Root, "infra");
        if (!System.IO.Directory.Exists(infra))
        {
            // Nothing can be deployed yet, so nothing can be set; azure.yaml, which deploys infra/, must not be there either.
            Assert.False(File.Exists(Path.Combine(Repository.Root, "azure.yaml")), "azure.yaml is there, infra/ is not.");
            return;
        }

        var text = string.Concat(System.IO.Directory.EnumerateFiles(infra, "*.bicep", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.All(SettingsInTriggers, name => Assert.Matches($@"\b{name}\b", text));
    }

    [Fact]
    public void The_project_refers_to_every_package_its_attributes_come_from()
    {
        var project = References(Path.Combine(Repository.Root, "functions", "Postroom.Functions.csproj"), "PackageReference");
        var versions = References(Path.Combine(Repository.Root, "Directory.Packages.props"), "PackageVersion");
        var needed = Trigger.All.SelectMany(static t => t.Needs)
            .Select(static t => t.GetCustomAttribute<FromPackageAttribute>()!.Name)
            // The first has the host's entry and StopReport's context, the second generates the list of functions.
            .Concat(["Microsoft.Azure.Functions.Worker", "Microsoft.Azure.Functions.Worker.Sdk"])
            .Distinct().Order().ToList();

        Assert.Equal(4, needed.Count);
        Assert.Equal(needed, project.Where(static p => p.StartsWith("Microsoft.Azure.Functions.", StringComparison.Ordinal)).Order());
        Assert.Contains("Azure.Storage.Queues", project);
        Assert.All(project, p => Assert.Contains(p, versions));
    }

    [Fact]
    public void The_project_takes_host_json_along()
    {
        var link = XDocument.Load(Path.Combine(Repository.Root, "functions", "Postroom.Functions.csproj"))
            .Descendants("None").Single(static e => e.Attribute("Link")?.Value == "host.json");

        Assert.Equal("../host.json", link.Attribute("Include")?.Value);
        Assert.Equal("PreserveNewest", link.Attribute("CopyToOutputDirectory")?.Value);
    }

    [Fact]
    public void Every_function_is_at_most_two_statements()
    {
        var sources = System.IO.Directory.GetFiles(Path.Combine(Repository.Root, "functions"), "*Trigger.cs", SearchOption.AllDirectories);
        Assert.Equal(Trigger.All.Count, sources.Length);
        Assert.All(sources, static source =>
        {
            var function = Regex.Split(File.ReadAllText(source), @"\[Function\(")[^1];
            Assert.InRange(function.Count(static c => c == ';'), 1, 2);
            // Two lines decide nothing.
            Assert.DoesNotMatch(@"\b(if|for|foreach|while|switch|try|catch|await foreach)\b|\?|&&|\|\|", function);
        });
    }

    private static List<string> References(string file, string element) =>
        [.. XDocument.Load(file).Descendants(element).Select(static e => e.Attribute("Include")!.Value)];
}
