using System.Globalization;
using System.Text.Json;
using Postroom.Tests.Servers.Pipeline;
using Xunit;

namespace Postroom.Tests.Servers.Collect;

/// <summary>The operator's commands for accounts: <c>check</c>, <c>collect</c>, <c>accounts</c>.</summary>
public sealed class AccountCommandsTests(Dovecot provider, Azurite storage) : IClassFixture<Dovecot>, IClassFixture<Azurite>
{
    [Fact]
    public async Task Check_finds_all_well_and_changes_nothing()
    {
        await storage.ClearAsync();
        using var office = new SampleOffice(provider, storage.ConnectionString, "checked");
        office.DepositFor("anna", 3);
        await using var postroom = new PostroomCommand(office.Settings);

        var checkd = await postroom.RunAsync("check");

        Assert.True(checkd.ExitCode == 0, checkd.Output + checkd.Errors);
        Assert.Contains("account anna: well, 3 letters there", checkd.Output, StringComparison.Ordinal);
        Assert.Contains("target default: well", checkd.Output, StringComparison.Ordinal);
        Assert.Contains("storage: well", checkd.Output, StringComparison.Ordinal);
        Assert.Equal(3, office.Waiting);
        Assert.Equal(0, office.Delivered);
        Assert.Empty(System.IO.Directory.GetFileSystemEntries(office.Mail));
    }

    [Fact]
    public async Task Check_tells_every_problem_in_a_sentence_and_warns_of_passwords_in_clear()
    {
        await storage.ClearAsync();
        await using var shut = new ScriptedServer("C: PASS *\nS: -ERR [AUTH] no such user");
        await using var open = new ScriptedServer();
        using var office = new SampleOffice(provider, storage.ConnectionString, "troubled");
        To(office, "ben", shut);
        To(office, "anna", open);
        office.Settings["Accounts__office__Host"] = "pop.invalid";
        office.Settings["Targets__default__Path"] = "/proc/nowhere";
        await using var postroom = new PostroomCommand(office.Settings);

        var ran = await postroom.RunAsync("check", "--json");

        Assert.True(ran.ExitCode == 1, ran.Output + ran.Errors);
        var found = JsonDocument.Parse(ran.Output).RootElement.EnumerateArray().ToDictionary(
            static f => $"{f.GetProperty("what")} {f.GetProperty("name")}".Trim(),
            static f => (Problem: f.GetProperty("problem").GetString(), Warning: f.GetProperty("warning").GetString()));
        Assert.Contains("in clear", found["account anna"].Warning, StringComparison.Ordinal);
        Assert.Null(found["account anna"].Problem);
        Assert.Contains("-ERR [AUTH] no such user", found["account ben"].Problem, StringComparison.Ordinal);
        Assert.Contains("no host of that name", found["account office"].Problem, StringComparison.Ordinal);
        Assert.Contains("Targets__default__Path", found["target default"].Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(office.Settings["Accounts__ben__Password"], ran.Output + ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_without_storage_says_so_and_settings_that_are_wrong_are_another_exit_code()
    {
        using var office = new SampleOffice(provider, $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=AAAA;BlobEndpoint=http://127.0.0.1:{FreePort.Next()}/x;QueueEndpoint=http://127.0.0.1:{FreePort.Next()}/x;TableEndpoint=http://127.0.0.1:{FreePort.Next()}/x", "storeless");
        await using (var postroom = new PostroomCommand(office.Settings))
        {
            var ran = await postroom.RunAsync("check");
            Assert.True(ran.ExitCode == 1, ran.Output + ran.Errors);
            Assert.Contains("storage: The storage account cannot be used", ran.Output, StringComparison.Ordinal);
        }

        office.Settings.Remove("Postmaster");
        await using var wrong = new PostroomCommand(office.Settings);
        Assert.Equal(2, (await wrong.RunAsync("check")).ExitCode);
    }

    [Fact]
    public async Task Collect_fetches_one_account_and_accounts_tells_how_each_fares()
    {
        await storage.ClearAsync();
        await using var shut = new ScriptedServer("C: PASS *\nS: -ERR [SYS/TEMP] the cellar is flooded");
        using var office = new SampleOffice(provider, storage.ConnectionString, "single");
        office.DepositFor("anna", 2);
        office.DepositForAll(3);
        To(office, "ben", shut);
        await using var postroom = new PostroomCommand(office.Settings);

        var never = await postroom.RunAsync("accounts");
        Assert.Equal(0, never.ExitCode);
        Assert.Contains("anna: last success never", never.Output, StringComparison.Ordinal);

        var anna = await postroom.RunAsync("collect", "anna");
        Assert.True(anna.ExitCode == 0, anna.Output + anna.Errors);
        Assert.Contains("anna: 2 letters collected, 0 left on the server", anna.Output, StringComparison.Ordinal);
        Assert.Equal(3, office.Waiting);
        var ben = await postroom.RunAsync("collect", "ben");
        Assert.Equal(1, ben.ExitCode);
        Assert.Contains("the cellar is flooded", ben.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await postroom.RunAsync("collect", "nobody")).ExitCode);

        var all = await postroom.RunAsync("accounts", "--json");
        Assert.Equal(1, all.ExitCode);
        var accounts = JsonDocument.Parse(all.Output).RootElement.EnumerateArray().ToDictionary(static a => a.GetProperty("account").GetString()!);
        Assert.Equal(2, accounts["anna"].GetProperty("letters").GetInt64());
        Assert.Contains("the cellar is flooded", accounts["ben"].GetProperty("lastError").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, accounts["office"].GetProperty("lastSuccess").ValueKind);
    }

    private static void To(SampleOffice office, string account, ScriptedServer server)
    {
        office.Settings[$"Accounts__{account}__Host"] = "127.0.0.1";
        office.Settings[$"Accounts__{account}__Port"] = server.Port.ToString(CultureInfo.InvariantCulture);
        office.Settings[$"Accounts__{account}__Security"] = "None";
        office.Settings.Remove($"Accounts__{account}__CaFile");
    }
}
