using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using Postroom.Ledger;
using Postroom.Tests.Servers.Pipeline;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>The command's whole way from a real provider into real IMAP and LMTP servers, also when it is killed on it.</summary>
public sealed class WholeWayTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    private static readonly string[] Desks = ["anna", "ben", "clara", "dora", "postmaster"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_letter_lies_once_where_it_belongs_in_IMAP_LMTP_and_Maildir()
    {
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, "kinds");
        await using var server = await ServeAsync(office);
        office.DepositFor("anna", 15);
        office.DepositFor("ben", 10);
        office.DepositForAll(60);
        await using var postroom = new PostroomCommand(office.Settings);

        var ran = await postroom.RunAsync("run", "--until-idle");

        Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);
        Assert.Empty(office.Complaints());
        Assert.All(await RowsAsync(), static r => Assert.Equal(LetterState.Delivered, r.State));
    }

    [Fact]
    public async Task Every_desk_s_row_tells_what_its_own_target_said_and_no_target_stops_another()
    {
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, "troubles");
        await using var server = new Dovecot
        {
            Extra = "mail_plugins = $mail_plugins quota\nplugin {\n  quota = maildir:User quota\n  quota_rule = *:storage=200K\n  quota_grace = 0\n}\n",
        };
        foreach (var user in new[] { "anna", "clara", "dora" })
            server.AddUser(user);
        server.Deposit("clara", Encoding.ASCII.GetBytes("Subject: large\r\n\r\n" + new string('x', 300_000)));
        await server.StartAsync();
        Lmtp(office, "anna", server.Host, server.LmtpPort);
        Lmtp(office, "clara", server.Host, server.LmtpPort);
        Lmtp(office, "postmaster", server.Host, server.LmtpPort);
        Lmtp(office, "ben", "127.0.0.1", FreePort.Next());
        Imap(office, "dora", server, "not the password");
        office.DepositForAll(20);
        await using var postroom = new PostroomCommand(office.Settings);

        var ran = await postroom.RunAsync("run", "--until-idle");

        Assert.NotEqual(0, ran.ExitCode);
        var rows = await RowsAsync();
        Tells("anna", LetterState.Delivered, "250 2.0.0");
        Tells("ben", LetterState.Waiting, "nothing listens there");
        Tells("clara", LetterState.Waiting, "Quota exceeded");
        Tells("dora", LetterState.Waiting, "AUTHENTICATIONFAILED");
        Tells("postmaster", LetterState.Held, "550 5.1.1");
        Assert.Equal(20, rows.Count);
        Assert.Equal(rows.Count(static r => r.Mailbox == "anna"), server.Letters("anna").Count);
        Assert.DoesNotContain("not the password", ran.Output + ran.Errors + string.Concat(rows), StringComparison.Ordinal);

        void Tells(string desk, LetterState state, string words)
        {
            var own = rows.Where(r => r.Mailbox == desk).ToList();
            Assert.NotEmpty(own);
            Assert.All(own, r => Assert.True(r.State == state && r.Answer.Contains(words, StringComparison.Ordinal), $"{desk}: {r.State}, {r.Answer}"));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_run_killed_at_any_moment_loses_nothing_and_IMAP_has_each_letter_once(int seed)
    {
        const int Letters = 80;
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, $"killed{seed}");
        await using var server = await ServeAsync(office);
        office.DepositForAll(Letters);
        await using var postroom = new PostroomCommand(office.Settings);
        var random = new Random(seed);

        // More than once: the second run is killed over what the first one left.
        for (var kill = 0; kill < 2; kill++)
        {
            var doomed = await postroom.StartAsync("run", "--until-idle");
            var wanted = random.Next(Letters * (kill + 1) / 2);
            while (!doomed.HasExited && office.Delivered < wanted)
                await Task.Delay(TimeSpan.FromMilliseconds(2), Stop);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(40)), Stop);
            doomed.Kill();
            await doomed.EndAsync();
        }

        var ran = await postroom.RunAsync("run", "--until-idle");

        Assert.True(ran.ExitCode == 0, $"seed {seed}: {ran.Output}{ran.Errors}");
        Assert.Empty(office.Complaints("clara", "dora"));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    // Anna and Ben by IMAP, Clara and Dora by LMTP into the same folders that a Maildir target would write for the postmaster.
    private static async Task<Dovecot> ServeAsync(SampleOffice office)
    {
        foreach (var desk in Desks)
            new Maildir(Path.Combine(office.Mail, desk)).Create();
        var server = await Dovecot.ServeMaildirsAsync(office.Mail);
        Imap(office, "anna", server, server.Password("anna"));
        Imap(office, "ben", server, server.Password("ben"));
        Lmtp(office, "clara", server.Host, server.LmtpPort);
        Lmtp(office, "dora", server.Host, server.LmtpPort);
        return server;
    }

    private static void Imap(SampleOffice office, string desk, Dovecot server, string password)
    {
        Write(office, desk, "Imap", server.Host, server.ImapsPort);
        office.Settings[$"Targets__to-{desk}__UserName"] = "{mailbox}";
        office.Settings[$"Targets__to-{desk}__Password"] = password;
        office.Settings[$"Targets__to-{desk}__CaFile"] = server.CaFile;
    }

    private static void Lmtp(SampleOffice office, string desk, string host, int port)
    {
        Write(office, desk, "Lmtp", host, port);
        office.Settings[$"Targets__to-{desk}__Security"] = "None";
    }

    private static void Write(SampleOffice office, string desk, string kind, string host, int port)
    {
        office.Settings[$"Mailboxes__{desk}__Target"] = $"to-{desk}";
        office.Settings[$"Targets__to-{desk}__Kind"] = kind;
        office.Settings[$"Targets__to-{desk}__Host"] = host;
        office.Settings[$"Targets__to-{desk}__Port"] = port.ToString(CultureInfo.InvariantCulture);
    }

    private async Task<List<LedgerEntry>> RowsAsync() =>
        [.. await storage.Tables.GetTableClient("ledger").QueryAsync<TableEntity>(cancellationToken: Stop)
            .Where(static r => !CopyClaim.IsClaim(r)).Select(LedgerRow.Read).ToListAsync(Stop)];
}
