using System.CommandLine;
using Postroom.Cli.Commands;

var settings = new Option<string>("--settings")
{
    Description = "Settings file to use instead of local.settings.json.",
    DefaultValueFactory = static _ => Postroom.Cli.Host.Counter.SettingsName,
    HelpName = "FILE",
    Recursive = true,
};
var root = new RootCommand("Postroom collects a company's incoming mail and puts every letter on the right desk.")
{
    settings,
    RunCommand.Create(settings),
    DemoCommand.Create(),
    ExplainCommand.Create(settings),
    TraceCommand.Create(settings),
    HeldCommand.Create(settings),
    DirectoryCommand.Create(settings),
};
// A stop lets letters that are just being handed over finish.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
