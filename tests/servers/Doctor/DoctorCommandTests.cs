using System.Text;
using System.Text.Json;
using Xunit;

namespace Postroom.Tests.Servers.Doctor;

/// <summary>The command before a real POP3 server.</summary>
public sealed class DoctorCommandTests : IAsyncLifetime
{
    private const string Mode = "Accounts__office__Multidrop__Mode";
    private const string Header = "Accounts__office__Multidrop__Header";

    private readonly Dovecot dovecot = new();

    private Dictionary<string, string> settings = [];

    [Fact]
    public async Task It_recommends_lines_to_copy_before_the_mode_is_known()
    {
        Deposit(30);

        var ran = await DoctorAsync();

        Assert.True(ran.ExitCode == 0, ran.Output + ran.Errors);
        Assert.Contains("\n  Accounts__office__Multidrop__Mode = Header\n  Accounts__office__Multidrop__Header = X-Original-To:\n  Accounts__office__Multidrop__Occurrence = AboveReceived\n", ran.Output, StringComparison.Ordinal);
        Assert.Contains("Accounts__office__Mailbox: is missing", ran.Output, StringComparison.Ordinal);
        Assert.Contains("30 of 30 letters reach a desk", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_fetched_marked_or_deleted()
    {
        Deposit(30);
        var before = dovecot.Letters(CatchAllProvider.UserName);

        Assert.Equal(0, (await DoctorAsync("--json")).ExitCode);

        Assert.Equal(before, dovecot.Letters(CatchAllProvider.UserName));
        // A letter that was handed out by RETR bears S, one marked for deletion T.
        Assert.All(System.IO.Directory.EnumerateFiles(Path.Combine(dovecot.Maildirs, CatchAllProvider.UserName), "*.example.com*", SearchOption.AllDirectories),
            static file => Assert.False(file.Contains(',') && file[(file.LastIndexOf(',') + 1)..].IndexOfAny(['S', 'T']) >= 0, file));
        Assert.Contains("top=30/", dovecot.Log, StringComparison.Ordinal);
        Assert.Contains("retr=0/0, del=0/30", dovecot.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_is_spread_over_the_mailbox_and_holds_the_newest_letter()
    {
        // Only the newest tenth has the header: a sample of the oldest letters would not see it.
        Deposit(36, withHeader: false);
        Deposit(4);

        using var answer = await AnswerAsync(1, "--letters", "10");

        Assert.Equal(40, answer.RootElement.GetProperty("letters").GetProperty("total").GetInt32());
        Assert.Equal(10, answer.RootElement.GetProperty("letters").GetProperty("sampled").GetInt32());
        var header = answer.RootElement.GetProperty("headers").EnumerateArray().Single(static h => h.GetProperty("name").GetString() == "X-Original-To");
        Assert.Equal(1, header.GetProperty("letters").GetInt32());
    }

    [Theory]
    [InlineData("Header", "Envelope-to", 0)]
    [InlineData("Header", "X-Original-To", 30)]
    public async Task The_present_settings_result_is_shown_beside_the_recommended_one(string mode, string header, int placed)
    {
        Deposit(30);
        settings[Mode] = mode;
        settings[Header] = header;

        using var answer = await AnswerAsync(0);

        Assert.Equal(placed, answer.RootElement.GetProperty("present").GetProperty("placed").GetInt32());
        Assert.Equal("X-Original-To:", answer.RootElement.GetProperty("recommendation").GetProperty("settings").GetProperty(Header).GetString());
    }

    [Theory]
    [InlineData(Header, "To:")]
    [InlineData(Mode, "Guess")]
    [InlineData("Accounts__office__Mailbox", "nobody")]
    public async Task A_present_setting_that_is_refused_is_told_and_forgiven(string name, string value)
    {
        Deposit(30);
        settings[Mode] = "Header";
        settings[name] = value;

        using var answer = await AnswerAsync(0);

        Assert.Contains(answer.RootElement.GetProperty("presentProblems").EnumerateArray(), p => p.GetString()!.StartsWith(name + ":", StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Null, answer.RootElement.GetProperty("present").ValueKind);
    }

    [Fact]
    public async Task A_mailbox_without_a_usable_header_ends_with_1_and_words_for_the_provider()
    {
        Deposit(30, withHeader: false);

        var ran = await DoctorAsync();

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("No setting works for this mailbox.", ran.Output, StringComparison.Ordinal);
        Assert.Contains("What to ask the provider for:", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_mailbox_ends_with_1_and_a_sentence()
    {
        var ran = await DoctorAsync();

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("There is no letter in the mailbox", ran.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Accounts__office__Password", "wrong", "was refused")]
    [InlineData("Accounts__office__Port", "none", "Write a whole number")]
    [InlineData("Accounts__office__Multidrop__Headre", "X", "Did you mean")]
    [InlineData("Mailboxes__anna__Addresses", "anna@example.org", "is in a domain that is not in Domains")]
    public async Task What_is_otherwise_wrong_with_the_settings_ends_with_2(string name, string value, string sentence)
    {
        settings[name] = value;

        var ran = await DoctorAsync();

        Assert.Equal(2, ran.ExitCode);
        Assert.Contains(sentence, ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_never_goes_in_clear_unless_the_settings_say_so()
    {
        await using var plain = new Dovecot { Tls = DovecotTls.None };
        plain.AddUser(CatchAllProvider.UserName);
        await plain.StartAsync();
        settings = Office.Settings(plain);
        settings["Accounts__office__Port"] = $"{plain.Pop3Port}";
        settings["Accounts__office__Security"] = "Auto";

        var ran = await DoctorAsync();

        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("The password was not sent", ran.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Login", plain.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_account_ends_with_2_and_the_names_there_are()
    {
        await using var postroom = new PostroomCommand(settings.Concat([new(Mode, "Header"), new(Header, "Envelope-to")]).ToDictionary());

        var ran = await postroom.RunAsync("doctor", "ofice");

        Assert.Equal(2, ran.ExitCode);
        Assert.Contains("There are: office", ran.Errors, StringComparison.Ordinal);
    }

    public async ValueTask InitializeAsync()
    {
        dovecot.AddUser(CatchAllProvider.UserName);
        await dovecot.StartAsync();
        settings = Office.Settings(dovecot);
    }

    public ValueTask DisposeAsync() => dovecot.DisposeAsync();

    private async Task<PostroomCommand.Ran> DoctorAsync(params string[] options)
    {
        await using var postroom = new PostroomCommand(settings);
        return await postroom.RunAsync(["doctor", "office", .. options]);
    }

    private async Task<JsonDocument> AnswerAsync(int exitCode, params string[] options)
    {
        var ran = await DoctorAsync([.. options, "--json"]);
        Assert.True(ran.ExitCode == exitCode, $"{ran.ExitCode}\n{ran.Output}{ran.Errors}");
        return JsonDocument.Parse(ran.Output);
    }

    private void Deposit(int letters, bool withHeader = true)
    {
        for (var number = 0; number < letters; number++)
        {
            var person = StrangersLetter.People[number % StrangersLetter.People.Length];
            var text = $"Return-Path: <sender@sender.example>\n{(withHeader ? $"X-Original-To: {person}@example.com\n" : "")}Delivered-To: office@provider.example\n"
                + "Received: from out.sender.example (out.sender.example [198.51.100.7])\n\tby mx1.provider.example (Postfix) with ESMTPS id 1;\n\tMon, 2 Mar 2026 10:00:05 +0100 (CET)\n"
                + $"From: Sender <sender@sender.example>\nTo: {person}@example.com\nSubject: Letter {number}\nMessage-ID: <{number}-{withHeader}@sender.example>\n\nGood day.\n";
            dovecot.Deposit(CatchAllProvider.UserName, Encoding.ASCII.GetBytes(text));
        }
    }
}
