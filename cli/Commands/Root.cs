using System.CommandLine;
using Postroom.Cli.Host;

namespace Postroom.Cli.Commands;

/// <summary>The command <c>postroom</c> with all that belongs to it.</summary>
internal static class Root
{
    public static RootCommand Create()
    {
        var settings = new Option<string>("--settings")
        {
            Description = "Settings file to use instead of local.settings.json.",
            DefaultValueFactory = static _ => Counter.SettingsName,
            HelpName = "FILE",
            Recursive = true,
        };
        return new RootCommand("Postroom collects a company's incoming mail and puts every letter on the right desk.")
        {
            settings,
            RunCommand.Create(settings),
            CheckCommand.Create(settings),
            AccountsCommand.Create(settings),
            CollectCommand.Create(settings),
            DemoCommand.Create(),
            DoctorCommand.Create(settings),
            ExplainCommand.Create(settings),
            TraceCommand.Create(settings),
            HeldCommand.Create(settings),
            DirectoryCommand.Create(settings),
        };
    }
}
