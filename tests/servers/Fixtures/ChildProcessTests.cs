using Xunit;

namespace Postroom.Tests.Servers;

public sealed class ChildProcessTests
{
    private const string Nursing = "This process is nursed: ";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_program_says_and_how_it_ends_is_known()
    {
        await using var program = await ChildProcess.StartAsync(
            "sh", ["-c", "echo \"$WORD\"; echo \"$1\" >&2; exit 3", "sh", "two words"],
            environment: new Dictionary<string, string?> { ["WORD"] = "hello" });

        Assert.Equal(3, await program.ExitAsync(Soon));
        Assert.Equal("hello\n", program.Output);
        Assert.Equal("two words\n", program.Errors);
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_killed_and_named()
    {
        await using var program = await ChildProcess.StartAsync("sleep", ["600"]);

        var late = await Assert.ThrowsAsync<TimeoutException>(() => program.ExitAsync(TimeSpan.FromMilliseconds(50)));

        Assert.StartsWith("sleep 600 did not end", late.Message, StringComparison.Ordinal);
        Assert.Equal(137, await program.ExitAsync(Soon));
    }

    [Fact]
    public async Task What_outlives_a_program_is_killed_with_it()
    {
        await using var program = await ChildProcess.StartAsync("sh", ["-c", "sleep 600 >/dev/null 2>&1 & echo $!"]);
        Assert.Equal(0, await program.ExitAsync(Soon));
        var child = program.Output.Trim();
        Assert.True(IsAlive(child));

        await program.KillAllAsync();

        await DeathAsync(child);
    }

    [Fact]
    public async Task A_program_that_has_hardly_begun_can_be_killed()
    {
        for (var i = 0; i < 20; i++)
            await using (await ChildProcess.StartAsync("sleep", ["600"]))
            {
            }
    }

    [Fact]
    public async Task A_server_that_ends_instead_of_answering_is_reported_with_its_words()
    {
        await using var program = await ChildProcess.StartAsync("sh", ["-c", "echo port taken; exit 1"]);

        var failed = await Assert.ThrowsAsync<InvalidOperationException>(
            () => program.ReadyAsync(_ => throw new IOException("no answer")));

        Assert.Contains("ended with 1", failed.Message, StringComparison.Ordinal);
        Assert.Contains("port taken", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_outlives_the_thread_that_asked_for_it()
    {
        Task<ChildProcess>? started = null;
        var thread = new Thread(() => (started = ChildProcess.StartAsync("sleep", ["600"])).Wait(Stop));
        thread.Start();
        thread.Join();
        await using var child = await started!;

        await Assert.ThrowsAsync<TimeoutException>(() => child.ExitAsync(TimeSpan.FromMilliseconds(300)));
    }

    [Fact]
    public async Task A_child_dies_with_the_tests_even_by_kill_9()
    {
        await using var tests = await ChildProcess.StartAsync(
            Path.ChangeExtension(typeof(ChildProcessTests).Assembly.Location, null),
            ["-explicit", "only", "-showLiveOutput", "-noColor", "-method", $"*.{nameof(Start_a_child_and_wait_for_the_end)}"]);
        await tests.ReadyAsync(_ => tests.Output.Contains(Nursing, StringComparison.Ordinal) ? Task.CompletedTask : throw new IOException());
        var child = tests.Output.Split(Nursing)[1].Split('\n')[0].Trim();
        Assert.True(IsAlive(child));

        tests.Kill();

        await DeathAsync(child);
    }

    /// <summary>Not a test by itself: the life that <see cref="A_child_dies_with_the_tests_even_by_kill_9"/> ends.</summary>
    [Fact(Explicit = true)]
    public async Task Start_a_child_and_wait_for_the_end()
    {
        await using var child = await ChildProcess.StartAsync("sleep", ["600"]);
        TestContext.Current.TestOutputHelper!.WriteLine($"{Nursing}{child.Id}");
        await child.ExitAsync(TimeSpan.FromMinutes(10));
    }

    // A dead child of a dead parent may lie about until somebody buries it.
    private static bool IsAlive(string id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/status").Contains("Z (zombie)", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task DeathAsync(string id)
    {
        for (var i = 0; i < 500 && IsAlive(id); i++)
            await Task.Delay(TimeSpan.FromMilliseconds(20), Stop);
        Assert.False(IsAlive(id));
    }
}
