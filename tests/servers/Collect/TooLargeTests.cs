using System.Text;
using Postroom.Tests.Servers.Pipeline;
using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>A letter above MaxLetterBytes stays, and whom it concerns is told once.</summary>
public sealed class TooLargeTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    [Fact]
    public async Task It_stays_on_the_server_and_one_notice_tells_of_it()
    {
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, "large");
        foreach (var account in (string[])["anna", "office"])
        {
            office.Settings[$"Accounts__{account}__MaxLetterBytes"] = "6000";
            provider.Deposit($"large-{account}", Encoding.UTF8.GetBytes(
                $"Envelope-to: clara@example.com\r\nReceived: by mx.example.net id 1; Mon, 23 Nov 2026 08:00:00 +0000\r\nFrom: Hans =?utf-8?q?M=C3=BCller?= <hans@example.net>\r\nSubject: The plans for {account}\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\n{new string('x', 70)}\r\n" + string.Concat(Enumerable.Repeat($"{new string('y', 70)}\r\n", 200))));
        }

        await using (var postroom = new PostroomCommand(office.Settings))
        {
            var ran = await postroom.RunAsync("run", "--until-idle");
            Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);
            Assert.Equal(2, office.Waiting);
            // Single drop: its person. A domain's account: the postmaster.
            var (anna, office1) = (Single(office, "anna"), Single(office, "postmaster"));
            Assert.Contains("Subject: Too large to be collected: The plans for anna\r\n", anna, StringComparison.Ordinal);
            Assert.Contains("Hans M", anna, StringComparison.Ordinal);
            Assert.Contains("hans@example.net", anna, StringComparison.Ordinal);
            Assert.Contains("14,", anna, StringComparison.Ordinal);
            Assert.Contains("Accounts__anna__MaxLetterBytes", anna, StringComparison.Ordinal);
            Assert.Contains("The plans for office", office1, StringComparison.Ordinal);
            var trace = await postroom.RunAsync("trace", "anna");
            Assert.Contains("too large to be collected", trace.Output, StringComparison.Ordinal);
            Assert.Contains("delivered to target", trace.Output, StringComparison.Ordinal);

            Assert.Equal(0, (await postroom.RunAsync("run", "--until-idle")).ExitCode);
            Assert.Equal(2, office.Delivered);
        }

        // Once more is allowed, it is collected as any letter.
        office.Settings["Accounts__anna__MaxLetterBytes"] = "60000";
        await using var generous = new PostroomCommand(office.Settings);
        Assert.Equal(0, (await generous.RunAsync("run", "--until-idle")).ExitCode);
        Assert.Equal((1, 3), (office.Waiting, office.Delivered));
    }

    private static string Single(SampleOffice office, string desk) =>
        Encoding.UTF8.GetString(File.ReadAllBytes(Assert.Single(System.IO.Directory.GetFiles(Path.Combine(office.Mail, desk, "new")))));
}
