using Postroom.Accounts;
using Postroom.Deliver;
using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>What is said to SMTP and LMTP servers, word for word, and what becomes of a letter when they falter.</summary>
public sealed class SmtpDialogTests
{
    private const string Hello = """
        S: 220 mx.example.com ESMTP
        C: EHLO [127.0.0.1]
        S: 250-mx.example.com
        S: 250-PIPELINING
        S: 250-SIZE 1000000
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250 ENHANCEDSTATUSCODES

        """;

    private const string Asked = """
        C: MAIL FROM:<sender@example.net> SIZE=* BODY=8BITMIME
        C: RCPT TO:<anna@mail.example.com>
        C: DATA

        """;

    private const string Invited = Asked + """
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 Go ahead

        """;

    private const string Letter = "Subject: x\r\n\r\n.\r\nend\r\n";

    [Fact]
    public async Task Letters_are_sent_in_one_session_with_pipelined_commands()
    {
        await using var server = new ScriptedServer(Hello + Invited + "LETTER\nS: 250 2.0.0 Queued as 1\n" + Invited + "LETTER\nS: 250 2.0.0 Queued as 2\n");
        var target = Target(server);

        var first = Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("one"), Letter));
        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("two"), Letter));

        Assert.Equal($"127.0.0.1:{server.Port}: 250 2.0.0 Queued as 1", first.Answer);
        Assert.Equal(1, server.Connections);
        Assert.Equal($"{Handed.Top}X-Postroom-Id: one\r\nSubject: x\r\n\r\n..\r\nend\r\n", server.Letters[0]);
    }

    [Fact]
    public async Task A_server_without_extensions_is_asked_one_thing_at_a_time()
    {
        await using var server = new ScriptedServer("""
            S: 220 old.example.com
            C: EHLO *
            S: 500 What?
            C: HELO *
            S: 250 old.example.com
            C: MAIL FROM:<sender@example.net>
            S: 250 Ok
            C: RCPT TO:<anna@mail.example.com>
            S: 250 Ok
            C: DATA
            S: 354 Ok
            LETTER
            S: 250 Ok
            """);

        Assert.IsType<DeliveryOutcome.Delivered>(await Target(server).HandAsync(Handed.Letter("x"), Letter));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("no address> SIZE=1")]
    public async Task The_null_sender_stays_null_and_so_does_one_nobody_can_tell(string? sender)
    {
        await using var server = new ScriptedServer(Hello + """
            C: MAIL FROM:<> SIZE=* BODY=8BITMIME
            C: RCPT TO:<anna@mail.example.com>
            C: DATA
            S: 250 Ok
            S: 250 Ok
            S: 354 Ok
            LETTER
            S: 250 Ok
            """);

        Assert.IsType<DeliveryOutcome.Delivered>(await Target(server).HandAsync(Handed.Letter("x", sender: sender), Letter));
    }

    [Fact]
    public async Task An_address_beyond_ASCII_asks_for_SMTPUTF8()
    {
        await using var server = new ScriptedServer(Hello + """
            C: MAIL FROM:<jörg@example.net> SIZE=* BODY=8BITMIME SMTPUTF8
            C: RCPT TO:<anna@mail.example.com>
            C: DATA
            S: 250 Ok
            S: 250 Ok
            S: 354 Ok
            LETTER
            S: 250 Ok
            """);

        Assert.IsType<DeliveryOutcome.Delivered>(await Target(server).HandAsync(Handed.Letter("x", sender: "jörg@example.net"), Letter));
    }

    [Fact]
    public async Task A_refused_recipient_ends_the_transaction_and_the_next_letter_begins_anew()
    {
        await using var server = new ScriptedServer(Hello + Asked + """
            S: 250 2.1.0 Ok
            S: 550 5.1.1 No such user
            S: 503 5.5.1 No valid recipients
            C: RSET
            """ + "\n" + Asked + """
            S: 250 2.0.0 Ok
            S: 250 2.1.0 Ok
            S: 250 2.1.5 Ok
            S: 354 Go ahead
            LETTER
            S: 250 2.0.0 Ok
            """);
        var target = Target(server);

        var refused = Assert.IsType<DeliveryOutcome.Refused>(await target.HandAsync(Handed.Letter("one"), Letter));
        Assert.Contains("550 5.1.1 No such user", refused.Reason, StringComparison.Ordinal);
        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("two"), Letter));
    }

    [Fact]
    public async Task A_server_that_wants_a_letter_for_nobody_gets_none()
    {
        await using var server = new ScriptedServer(
            Hello + Asked + "S: 250 Ok\nS: 550 5.1.1 No such user\nS: 354 Go ahead\nSILENCE",
            Hello + Invited + "LETTER\nS: 250 Ok\n");
        var target = Target(server);

        Assert.IsType<DeliveryOutcome.Refused>(await target.HandAsync(Handed.Letter("one"), Letter));
        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("two"), Letter));
        Assert.Single(server.Letters);
    }

    [Fact]
    public async Task A_letter_too_large_is_not_even_begun()
    {
        await using var server = new ScriptedServer(Hello + "SILENCE");

        var refused = Assert.IsType<DeliveryOutcome.Refused>(await Target(server).HandAsync(Handed.Letter("x"), new byte[1_000_001]));

        Assert.Contains("at most 1000000 octets", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_beyond_ASCII_are_not_sent_to_a_server_without_8BITMIME_nor_rewritten()
    {
        const string NoEightBit = """
            S: 220 old.example.com ESMTP
            C: EHLO *
            S: 250 old.example.com
            C: MAIL FROM:<sender@example.net>
            S: 250 Ok
            C: RCPT TO:<anna@mail.example.com>
            S: 250 Ok
            C: DATA
            S: 354 Ok

            """;
        await using var server = new ScriptedServer(NoEightBit + "SILENCE", NoEightBit + "LETTER\nS: 250 Ok\n");
        var target = Target(server);

        var refused = Assert.IsType<DeliveryOutcome.Refused>(await target.HandAsync(Handed.Letter("eight"), "Subject: x\r\n\r\n\u00e4\r\n"));
        Assert.Contains("does not offer 8BITMIME", refused.Reason, StringComparison.Ordinal);
        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("seven"), Letter));
    }

    [Fact]
    public async Task A_lost_answer_to_the_final_dot_puts_the_letter_off_and_says_that_it_may_come_twice()
    {
        await using var server = new ScriptedServer(Hello + Invited + "LETTER\nHANG UP");

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await Target(server).HandAsync(Handed.Letter("x"), Letter));

        Assert.Contains("may then arrive twice", deferred.Reason, StringComparison.Ordinal);
        Assert.False(deferred.TargetDown);
    }

    [Fact]
    public async Task No_answer_to_the_final_dot_is_waited_for_only_so_long()
    {
        await using var server = new ScriptedServer(Hello + Invited + "LETTER\nSILENCE");
        var target = Target(server, new SmtpPatience { FinalDot = TimeSpan.FromMilliseconds(300) });

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await target.HandAsync(Handed.Letter("x"), Letter));

        Assert.Contains("after the letter's end", deferred.Reason, StringComparison.Ordinal);
        Assert.Contains("may then arrive twice", deferred.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_up_in_the_middle_is_quoted_if_it_said_why()
    {
        await using var server = new ScriptedServer(Hello + Invited + "PIECE\nS: 421 4.3.2 Shutting down\nHANG UP");

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await Target(server).HandAsync(Handed.Letter("x"), new byte[900_000]));

        Assert.DoesNotContain("twice", deferred.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_letter_is_never_ended()
    {
        await using var server = new ScriptedServer(Hello + Invited + "SILENCE");
        var letter = Handed.Letter("x") with { Size = 5000 };

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await Target(server).DeliverAsync(
            letter, "X: y\r\n"u8.ToArray(), new MemoryStream(new byte[1000]), TestContext.Current.CancellationToken));

        Assert.Contains("1000 of 5000 octets", deferred.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Letters);
    }

    [Fact]
    public async Task A_kept_connection_that_the_server_ended_is_replaced_without_a_word()
    {
        await using var server = new ScriptedServer(
            Hello + Invited + "LETTER\nS: 250 Ok\n",
            Hello + Invited + "LETTER\nS: 250 Ok\n");
        var target = Target(server);

        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("one"), Letter));
        Assert.IsType<DeliveryOutcome.Delivered>(await target.HandAsync(Handed.Letter("two"), Letter));
        Assert.Equal(2, server.Connections);
    }

    [Theory]
    [InlineData("S: 421 4.3.2 Too many connections", "421 4.3.2 Too many connections")]
    [InlineData("S: 554 5.7.1 Go away", "554 5.7.1 Go away")]
    [InlineData("S: SSH-2.0-OpenSSH_9.2", "does not speak SMTP")]
    [InlineData("HANG UP", "connection")]
    public async Task A_server_that_does_not_greet_us_is_down(string script, string words)
    {
        await using var server = new ScriptedServer(script);

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await Target(server).HandAsync(Handed.Letter("x"), Letter));

        Assert.True(deferred.TargetDown);
        Assert.Contains(words, deferred.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_goes_over_TLS_only_and_what_was_offered_before_counts_no_longer()
    {
        await using var server = new ScriptedServer("""
            S: 220 mx.example.com ESMTP
            C: EHLO [127.0.0.1]
            S: 250-mx.example.com
            S: 250-AUTH PLAIN LOGIN
            S: 250-PIPELINING
            S: 250 STARTTLS
            C: STARTTLS
            S: 220 Go ahead
            TLS
            C: EHLO [127.0.0.1]
            S: 250-mx.example.com
            S: 250 AUTH LOGIN
            C: AUTH LOGIN
            S: 334 VXNlcm5hbWU6
            C: cmVsYXk=
            S: 334 UGFzc3dvcmQ6
            C: c2VjcmV0
            S: 235 2.7.0 Ok
            C: MAIL FROM:<sender@example.net>
            S: 250 Ok
            C: RCPT TO:<anna@mail.example.com>
            S: 250 Ok
            C: DATA
            S: 354 Ok
            LETTER
            S: 250 Ok
            """);

        var outcome = await Target(server, security: Security.Auto, user: "relay").HandAsync(Handed.Letter("x"), Letter);

        Assert.True(outcome is DeliveryOutcome.Delivered, outcome.ToString());
    }

    [Fact]
    public async Task Without_STARTTLS_no_password_goes()
    {
        await using var server = new ScriptedServer("S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250 AUTH PLAIN\nSILENCE");

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await Target(server, security: Security.Auto, user: "relay").HandAsync(Handed.Letter("x"), Letter));

        Assert.Contains("does not offer STARTTLS, and no password goes without TLS", deferred.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_behind_the_answer_to_STARTTLS_is_not_believed()
    {
        // A tab stands for a line end within one packet.
        await using var server = new ScriptedServer("S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 Go ahead\t250-mx\t250 AUTH PLAIN\nSILENCE");

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await Target(server, security: Security.StartTls).HandAsync(Handed.Letter("x"), Letter));

        Assert.Contains("sent more before TLS than it was asked for", deferred.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_log_in_keeps_the_server_s_words_and_not_the_password()
    {
        await using var server = new ScriptedServer("S: 220 mx\nC: EHLO *\nS: 250-mx\nS: 250 AUTH PLAIN\nC: AUTH PLAIN AHJlbGF5AHNlY3JldA==\nS: 535 5.7.8 Authentication credentials invalid\nSILENCE");

        var deferred = Assert.IsType<DeliveryOutcome.Deferred>(await Target(server, user: "relay").HandAsync(Handed.Letter("x"), Letter));

        Assert.True(deferred.TargetDown);
        Assert.Contains("535 5.7.8 Authentication credentials invalid", deferred.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", deferred.Reason, StringComparison.Ordinal);
    }

    private static SmtpTarget Target(ScriptedServer server, SmtpPatience? patience = null, Security security = Security.None, string? user = null) =>
        new(new()
        {
            Name = "x", Kind = TargetKind.Smtp, Path = "", Recipient = "{mailbox}@mail.example.com", UserName = user, Password = user is null ? null : "secret",
            Server = Handed.Server("127.0.0.1", server.Port, security, server.CaFile),
        }, TimeProvider.System, patience);
}
