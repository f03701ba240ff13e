using Azure.Data.Tables;
using Postroom.Tests.Servers.Pipeline;
using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>
/// kill -9 right behind every step of a letter's way; where it is passed letter by letter, also amid a batch. The list of
/// steps is the code's own: a new one is tested from the day it is there.
/// </summary>
public sealed class KilledStepTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, int> Deaths
    {
        get
        {
            var deaths = new TheoryData<string, int>();
            foreach (var step in Enum.GetNames<Step>())
            {
                deaths.Add(step, 1);
                if (step is nameof(Step.Stored) or nameof(Step.Delivered))
                    deaths.Add(step, 5);
            }

            return deaths;
        }
    }

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task The_next_run_loses_doubles_and_deletes_nothing(string step, int time)
    {
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, $"{step}{time}");
        office.DepositFor("anna", 4);
        office.DepositFor("ben", 4);
        office.DepositForAll(12);
        var all = office.Count;
        await using var doomed = new PostroomCommand(office.Settings) { Environment = new Dictionary<string, string?> { [Checkpoint.Variable] = $"{step}:{time}" } };

        var died = await doomed.RunAsync("run", "--until-idle");
        Assert.Equal(137, died.ExitCode);
        // Whatever the provider has no more is stored.
        var stored = await StoredAsync();
        Assert.InRange(all - office.Waiting, 0, stored);

        await using var postroom = new PostroomCommand(office.Settings);
        var ran = await postroom.RunAsync("run", "--until-idle");

        Assert.True(ran.ExitCode == 0, $"{ran.Output}{ran.Errors}");
        Assert.Empty(office.Complaints());
        Assert.Equal(all, await storage.Tables.GetTableClient("ledger").QueryAsync<TableEntity>("State eq 'Delivered'", cancellationToken: Stop).CountAsync(Stop));
    }

    private async Task<int> StoredAsync()
    {
        var container = storage.Blobs.GetBlobContainerClient("letters");
        return await container.ExistsAsync(Stop) ? await container.GetBlobsAsync(cancellationToken: Stop).CountAsync(Stop) : 0;
    }
}
