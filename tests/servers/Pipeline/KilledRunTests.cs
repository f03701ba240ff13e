using Azure.Data.Tables;
using Xunit;

namespace Postroom.Tests.Servers.Pipeline;

/// <summary>
/// Invariants 1 and 2: whenever the process is killed, the next run loses nothing and doubles nothing. The moments are
/// spread over the whole way by fixed seeds: while letters are stored, between the queues, while they are written.
/// </summary>
public sealed class KilledRunTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    private const int Letters = 60;
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_run_killed_at_any_moment_loses_and_doubles_nothing(int seed)
    {
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, $"killed{seed}");
        office.DepositFor("anna", 10);
        office.DepositForAll(Letters - 10);
        await using var postroom = new PostroomCommand(office.Settings);
        var random = new Random(seed);

        var doomed = await postroom.StartAsync("run", "--until-idle");
        await MomentAsync(random, office, doomed);
        doomed.Kill();
        await doomed.EndAsync();
        // Mail goes on coming in while nobody collects.
        office.DepositForAll(5);
        var deposited = office.Count;

        var ran = await postroom.RunAsync("run", "--until-idle");

        Assert.True(ran.ExitCode == 0, $"seed {seed}: {ran.Output}{ran.Errors}");
        Assert.Empty(office.Complaints());
        Assert.Equal(deposited, await DeliveredRowsAsync());
        Assert.Empty((await postroom.RunAsync("held", "list", "--json")).Output.Trim('[', ']', '\n', ' '));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    // By what can be seen from outside, not by the clock: the machine may be slow or fast.
    private async Task MomentAsync(Random random, SampleOffice office, PostroomCommand.Run doomed)
    {
        var wanted = random.Next(Letters + 1);
        var kind = random.Next(3);
        Func<Task<int>> progress = kind switch
        {
            0 => StoredAsync,
            1 => () => Task.FromResult(office.Delivered),
            _ => () => Task.FromResult(Letters - office.Waiting),
        };
        while (!doomed.HasExited && await progress() < wanted)
            await Task.Delay(TimeSpan.FromMilliseconds(2), Stop);
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(30)), Stop);
    }

    private async Task<int> StoredAsync()
    {
        var container = storage.Blobs.GetBlobContainerClient("letters");
        return await container.ExistsAsync(Stop) ? await container.GetBlobsAsync(cancellationToken: Stop).CountAsync(Stop) : 0;
    }

    private Task<int> DeliveredRowsAsync() =>
        storage.Tables.GetTableClient("ledger").QueryAsync<TableEntity>("State eq 'Delivered'", cancellationToken: Stop).CountAsync(Stop).AsTask();
}
