using System.Globalization;
using Xunit;

namespace Postroom.Tests.Unit.Demo;

/// <summary>The sample provider's dialog (RFC 1939), line by line.</summary>
public sealed class SampleSessionTests
{
    private const string Short = "Subject: one\r\n\r\nfirst\r\n";
    private const string Long = "Subject: two\r\n\r\n1\r\n2\r\n3\r\n";
    private const string Goodbye = "+OK goodbye";

    [Fact]
    public async Task Deletions_are_final_only_after_QUIT()
    {
        await using var running = await RunningProvider.WithAsync(Short, Long);
        using (var deleting = await running.LoggedInDialogAsync())
        {
            Assert.StartsWith("+OK", await deleting.AskAsync("DELE 1"), StringComparison.Ordinal);
            Assert.Equal($"+OK 1 {Long.Length}", await deleting.AskAsync("STAT"));
            Assert.Equal(Goodbye, await deleting.AskAsync("QUIT"));
        }

        using var after = await running.LoggedInDialogAsync();
        Assert.Equal($"+OK 1 {Long.Length}", await after.AskAsync("STAT"));
        Assert.Equal($"+OK 1 {Long.Length}", await after.AskAsync("LIST 1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("QUIT")] // the line never ended, so it is no command
    public async Task A_dropped_connection_deletes_nothing(string lastWords)
    {
        await using var running = await RunningProvider.WithAsync(Short, Long);
        using (var dropped = await running.LoggedInDialogAsync())
        {
            Assert.StartsWith("+OK", await dropped.AskAsync("DELE 1"), StringComparison.Ordinal);
            Assert.StartsWith("+OK", await dropped.AskAsync("DELE 2"), StringComparison.Ordinal);
            await dropped.SendAsync(lastWords);
        }

        using var after = await ComeBackAsync(running);
        Assert.Equal($"+OK 2 {Short.Length + Long.Length}", await after.AskAsync("STAT"));
    }

    [Fact]
    public async Task A_second_session_for_the_same_mailbox_is_told_it_is_in_use()
    {
        await using var running = await RunningProvider.WithAsync(Short);
        using var first = await running.LoggedInDialogAsync();
        using var second = await running.DialogAsync();

        Assert.StartsWith("+OK", await second.AskAsync("USER box"), StringComparison.Ordinal);
        Assert.StartsWith(
            "-ERR [IN-USE] ", await second.AskAsync($"PASS {running.Provider.Password}"), StringComparison.Ordinal);
        Assert.StartsWith("-ERR", await second.AskAsync("STAT"), StringComparison.Ordinal);

        Assert.Equal(Goodbye, await first.AskAsync("QUIT"));
        Assert.StartsWith("+OK", await second.AskAsync("USER box"), StringComparison.Ordinal);
        Assert.StartsWith("+OK", await second.AskAsync($"PASS {running.Provider.Password}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_mailboxes_are_open_side_by_side()
    {
        await using var running = await RunningProvider.WithSampleLettersAsync();
        using var office = await running.LoggedInDialogAsync("office");
        using var anna = await running.LoggedInDialogAsync("anna");

        Assert.StartsWith("+OK 6 ", await office.AskAsync("STAT"), StringComparison.Ordinal);
        Assert.StartsWith("+OK 2 ", await anna.AskAsync("STAT"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_start_with_a_dot_get_another_in_front()
    {
        await using var running = await RunningProvider.WithAsync("Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n a.\r\n\r\n.\r\n");
        using var dialog = await running.LoggedInDialogAsync();

        Assert.Equal("+OK 38 octets", await dialog.AskAsync("RETR 1"));
        await dialog.SendAsync("QUIT\r\n");
        Assert.Equal(
            "Subject: dots\r\n\r\n..\r\n...\r\n..x\r\n a.\r\n\r\n..\r\n.\r\n" + Goodbye + "\r\n", await dialog.ReadToEndAsync());
    }

    [Fact]
    public async Task Commands_sent_in_one_write_are_answered_one_after_the_other()
    {
        await using var running = await RunningProvider.WithAsync(Short, Long);
        using var dialog = await running.DialogAsync();

        await dialog.SendAsync(
            $"USER box\r\nPASS {running.Provider.Password}\r\nSTAT\r\nLIST\r\nRETR 1\r\nDELE 1\r\nLIST\r\nNOOP\r\nQUIT\r\n");

        Assert.Equal(
            $"""
            +OK password, please
            +OK welcome
            +OK 2 {Short.Length + Long.Length}
            +OK list follows
            1 {Short.Length}
            2 {Long.Length}
            .
            +OK {Short.Length} octets
            Subject: one

            first
            .
            +OK marked
            +OK list follows
            2 {Long.Length}
            .
            +OK
            {Goodbye}

            """.ReplaceLineEndings("\r\n"),
            await dialog.ReadToEndAsync());
    }

    [Fact]
    public async Task A_command_that_arrives_in_pieces_is_one_command()
    {
        await using var running = await RunningProvider.WithAsync();
        using var dialog = await running.LoggedInDialogAsync();

        await dialog.SendAsync("ST");
        await dialog.SendAsync("AT\r");
        await dialog.SendAsync("\nNO");
        Assert.Equal("+OK 0 0", await dialog.ReadLineAsync());
        Assert.Equal("+OK", await dialog.AskAsync("OP"));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "1\r\n2\r\n")]
    [InlineData(9, "1\r\n2\r\n3\r\n")]
    public async Task TOP_sends_the_header_and_so_many_lines(int lines, string body)
    {
        await using var running = await RunningProvider.WithAsync(Long);
        using var dialog = await running.LoggedInDialogAsync();

        Assert.StartsWith(
            "+OK", await dialog.AskAsync(string.Create(CultureInfo.InvariantCulture, $"TOP 1 {lines}")), StringComparison.Ordinal);
        Assert.Equal($"Subject: two\r\n\r\n{body}.\r\n", await dialog.ReadToDotAsync());
    }

    [Fact]
    public async Task RSET_takes_the_marks_back()
    {
        await using var running = await RunningProvider.WithAsync(Short, Long);
        using (var dialog = await running.LoggedInDialogAsync())
        {
            Assert.StartsWith("+OK", await dialog.AskAsync("DELE 2"), StringComparison.Ordinal);
            Assert.StartsWith("+OK", await dialog.AskAsync("RSET"), StringComparison.Ordinal);
            Assert.Equal(Goodbye, await dialog.AskAsync("QUIT"));
        }

        using var after = await running.LoggedInDialogAsync();
        Assert.Equal($"+OK 2 {Short.Length + Long.Length}", await after.AskAsync("STAT"));
    }

    [Theory]
    [InlineData("LIST 1")]
    [InlineData("UIDL 1")]
    [InlineData("RETR 1")]
    [InlineData("TOP 1 0")]
    [InlineData("DELE 1")]
    public async Task A_letter_marked_as_deleted_cannot_be_named_any_more(string command)
    {
        await using var running = await RunningProvider.WithAsync(Short, Long);
        using var dialog = await running.LoggedInDialogAsync();

        Assert.StartsWith("+OK", await dialog.AskAsync("DELE 1"), StringComparison.Ordinal);
        Assert.StartsWith("-ERR", await dialog.AskAsync(command), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RETR")]
    [InlineData("RETR 0")]
    [InlineData("RETR 2")]
    [InlineData("RETR one")]
    [InlineData("TOP 1")]
    [InlineData("TOP 1 -1")]
    [InlineData("LIST 99999999999")]
    [InlineData("STLS")]
    [InlineData("USER box")]
    [InlineData("")]
    public async Task Nonsense_is_refused_and_the_session_goes_on(string command)
    {
        await using var running = await RunningProvider.WithAsync(Short);
        using var dialog = await running.LoggedInDialogAsync();

        Assert.StartsWith("-ERR", await dialog.AskAsync(command), StringComparison.Ordinal);
        Assert.Equal($"+OK 1 {Short.Length}", await dialog.AskAsync("stat"));
    }

    [Theory]
    [InlineData("STAT")]
    [InlineData("RETR 1")]
    [InlineData("DELE 1")]
    [InlineData("PASS secret")]
    public async Task Before_the_log_in_nothing_is_told(string command)
    {
        await using var running = await RunningProvider.WithAsync(Short);
        using var dialog = await running.DialogAsync();

        Assert.StartsWith("-ERR", await dialog.AskAsync(command), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_nobody_has_and_a_wrong_password_get_the_same_answer()
    {
        await using var running = await RunningProvider.WithAsync();
        using var dialog = await running.DialogAsync();

        var userNobody = await dialog.AskAsync("USER nobody");
        var passNobody = await dialog.AskAsync($"PASS {running.Provider.Password}");
        Assert.StartsWith("-ERR", passNobody, StringComparison.Ordinal);
        Assert.Equal(userNobody, await dialog.AskAsync("USER box"));
        Assert.Equal(passNobody, await dialog.AskAsync("PASS guessed"));
    }

    [Fact]
    public async Task A_line_too_long_for_a_command_ends_the_session()
    {
        await using var running = await RunningProvider.WithAsync();
        using var dialog = await running.LoggedInDialogAsync();

        await dialog.SendAsync(new string('x', 300));
        Assert.Equal("", await dialog.ReadToEndAsync());
    }

    // The server notices a dropped connection when it reads; until then the mailbox is still in use.
    private static async Task<PlainDialog> ComeBackAsync(RunningProvider running)
    {
        for (var attempt = 0; attempt < 2000; attempt++)
        {
            var dialog = await running.DialogAsync();
            Assert.StartsWith("+OK", await dialog.AskAsync("USER box"), StringComparison.Ordinal);
            var answer = await dialog.AskAsync($"PASS {running.Provider.Password}");
            if (answer.StartsWith("+OK", StringComparison.Ordinal)) return dialog;
            dialog.Dispose();
            Assert.StartsWith("-ERR [IN-USE]", answer, StringComparison.Ordinal);
        }
        throw new InvalidOperationException("The mailbox of a dropped session is never let go.");
    }
}
