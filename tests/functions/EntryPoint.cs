using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Postroom.Tests.Functions;

/// <summary>Two programs in one: the tests; and, behind <see cref="Worker"/>, the worker process itself, for tests of how it ends.</summary>
internal static class EntryPoint
{
    public const string Worker = "worker";

    public static Task<int> Main(string[] args) => args switch
    {
        [Worker, .. var rest] => Postroom.Functions.Program.Main(rest),
        // An editor's test window asks so.
        _ when args.Contains("--server") => TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
