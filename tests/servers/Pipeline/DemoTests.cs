using Postroom.Cli.Demo;
using Xunit;

namespace Postroom.Tests.Servers.Pipeline;

/// <summary>What a newcomer sees first.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_puts_every_sample_letter_on_the_desk_its_table_names_byte_for_byte()
    {
        NeedsEmulator();
        await using var postroom = new PostroomCommand();

        var ran = await postroom.RunAsync("demo", "--until-idle");

        Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);
        var table = ran.Output.Split('\n').Where(static l => l.Contains(".demo/mail/", StringComparison.Ordinal)).ToList();
        var samples = SampleLetters.Fill().Values.SelectMany(static m => m.Letters).Append(SampleLetters.InPerson()).ToList();
        foreach (var sample in samples)
            Assert.Contains(table, line => line.StartsWith(sample.Name + " ", StringComparison.Ordinal));
        foreach (var line in table)
        {
            var cells = line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var (name, desk, file) = (cells[0], cells[3], cells[4]);
            Assert.StartsWith($".demo/mail/{desk}/new/", file, StringComparison.Ordinal);
            var bytes = await File.ReadAllBytesAsync(Path.Combine(postroom.Folder, file), TestContext.Current.CancellationToken);
            Assert.True(bytes.AsSpan().EndsWith(samples.Single(s => s.Name == name).Content.Span), line);
        }
    }

    [Fact]
    public async Task Without_node_the_sentence_says_what_to_install()
    {
        // A machine with dotnet, and what the tests themselves start programs with.
        using var bare = new TemporaryFolder();
        foreach (var program in new[] { "dotnet", "setpriv", "setsid", "sh" })
            File.CreateSymbolicLink(Path.Combine(bare.Path, program), ClosedEnvironment.Find(program)!);
        await using var postroom = new PostroomCommand { Environment = new Dictionary<string, string?> { ["PATH"] = bare.Path } };

        var ran = await postroom.RunAsync("demo", "--until-idle");

        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("Node.js is missing", ran.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Errors, StringComparison.Ordinal);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = System.IO.Directory.CreateTempSubdirectory("postroom-bare-").FullName;

        public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);
    }

    private static void NeedsEmulator()
    {
        if (ClosedEnvironment.Find("node") is null)
            ClosedEnvironment.Lacks("Node.js is missing; the demo needs it.");
    }
}
