using Xunit;

namespace Postroom.Tests.Servers.Pipeline;

/// <summary><c>postroom run</c> as a service: it collects by itself, and ends when asked.</summary>
public sealed class LongRunTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    [Fact]
    public async Task A_run_collects_what_comes_in_and_ends_cleanly_at_ctrl_c()
    {
        using var office = new SampleOffice(provider, storage.ConnectionString, "long");
        foreach (var account in new[] { "anna", "ben", "office" })
            office.Settings[$"Accounts__{account}__Interval"] = "5s";
        office.DepositFor("anna", 3);
        await using var postroom = new PostroomCommand(office.Settings);

        var run = await postroom.StartAsync("run");
        await DeliveredAsync(office, 3, run);
        office.DepositForAll(7);
        await DeliveredAsync(office, 10, run);
        run.Interrupt();
        var ran = await run.EndAsync(TimeSpan.FromSeconds(30));

        Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);
        Assert.Empty(ran.Errors);
        // A later run is not kept waiting by a lease that was not given back.
        var after = await postroom.RunAsync(TimeSpan.FromSeconds(30), "run", "--until-idle");
        Assert.True(after.ExitCode == 0, after.Output + after.Errors);
        Assert.Empty(office.Complaints());
    }

    [Fact]
    public async Task A_run_outlives_an_outage_of_its_storage()
    {
        await using var own = new Azurite { Folder = System.IO.Directory.CreateTempSubdirectory("postroom-azurite-").FullName };
        await own.StartAsync();
        using var office = new SampleOffice(provider, own.ConnectionString, "outage");
        foreach (var account in new[] { "anna", "ben", "office" })
            office.Settings[$"Accounts__{account}__Interval"] = "5s";
        office.DepositForAll(5);
        await using var postroom = new PostroomCommand(office.Settings);
        var run = await postroom.StartAsync("run");
        await DeliveredAsync(office, 5, run);

        await own.StopAsync();
        office.DepositForAll(5);
        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        await own.StartAsync();
        await DeliveredAsync(office, 10, run);
        run.Interrupt();
        await run.EndAsync(TimeSpan.FromSeconds(40));

        Assert.Empty(office.Complaints());
        // What the outage put off has its time a minute later at most; then a run finds nothing left to do.
        await using var later = new PostroomCommand(office.Settings);
        var after = await later.RunAsync("run", "--until-idle");
        for (var runs = 1; after.ExitCode != 0 && runs < 6; runs++)
        {
            await Task.Delay(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
            after = await later.RunAsync("run", "--until-idle");
        }

        Assert.True(after.ExitCode == 0, after.Output + after.Errors);
        Assert.Empty(office.Complaints());
        System.IO.Directory.Delete(own.Folder!, recursive: true);
    }

    private static async Task DeliveredAsync(SampleOffice office, int count, PostroomCommand.Run run)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        while (office.Delivered < count)
        {
            Assert.False(run.HasExited, run.Output + run.Errors);
            try
            {
                await Task.Delay(50, limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{office.Delivered} of {count} letters delivered. {run.Output}{run.Errors}");
            }
        }
    }
}
