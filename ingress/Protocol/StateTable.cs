namespace Postroom.Receive.Protocol;

/// <summary>How far a dialogue has come.</summary>
internal enum DialogState
{
    /// <summary>Greeted by us, or again unknown after STARTTLS.</summary>
    Connected,

    /// <summary>HELO or EHLO was said.</summary>
    Greeted,

    /// <summary>MAIL was accepted.</summary>
    Mail,

    /// <summary>At least one RCPT was accepted.</summary>
    Recipients,
}

/// <summary>Which command has its place where (RFC 5321 §4.1.4, RFC 3207 §4).</summary>
internal static class StateTable
{
    // Columns: Connected, Greeted, Mail, Recipients. Null: go on.
    private static readonly Dictionary<Verb, Reply?[]> Rows = new()
    {
        [Verb.Mail] = [Replies.HelloFirst, null, Replies.InTransaction, Replies.InTransaction],
        [Verb.Rcpt] = [Replies.HelloFirst, Replies.MailFirst, null, null],
        [Verb.Data] = [Replies.HelloFirst, Replies.MailFirst, Replies.RecipientFirst, null],
        [Verb.StartTls] = [Replies.HelloFirst, null, Replies.InTransaction, Replies.InTransaction],
    };

    /// <summary>What speaks against a command now; null: nothing. Every verb without a row is welcome at any time.</summary>
    public static Reply? Objection(DialogState state, Verb verb) =>
        Rows.TryGetValue(verb, out var row) ? row[(int)state] : null;
}
