using System.Globalization;
using Postroom.Tests.Servers.Pipeline;
using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>Servers that do not answer, and how many sessions they get.</summary>
public sealed class SlowServerTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_accounts_at_a_server_that_hangs_delay_nobody_else_and_have_eight_sessions_at_most()
    {
        await storage.ClearAsync();
        await using var hung = new ScriptedServer("X: hang");
        using var office = new SampleOffice(provider, storage.ConnectionString, "slow");
        for (var i = 0; i < 100; i++)
        {
            // Names that come first: their messages stand in front of everybody's.
            var account = $"Accounts__a{i:d3}__";
            office.Settings[account + "Host"] = "localhost";
            office.Settings[account + "Port"] = hung.Port.ToString(CultureInfo.InvariantCulture);
            office.Settings[account + "Security"] = "None";
            office.Settings[account + "UserName"] = "nobody";
            office.Settings[account + "Password"] = "x";
            office.Settings[account + "Mailbox"] = "anna";
        }

        office.DepositFor("anna", 3);
        office.DepositForAll(5);
        await using var postroom = new PostroomCommand(office.Settings);

        var run = await postroom.StartAsync("run");
        while (!run.HasExited && office.Complaints().Count > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), Stop);

        // All mail is there while the others still wait for a greeting.
        Assert.False(run.HasExited, run.Output + run.Errors);
        Assert.True(hung.IsHanging);
        Assert.Equal(8, hung.MostSessions);
        run.Kill();
        await run.EndAsync();
    }
}
