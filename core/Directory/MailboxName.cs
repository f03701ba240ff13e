namespace Postroom.Directory;

/// <summary>What a mailbox or group may be called. The name becomes a folder, a part of a row key and of an IMAP user
/// name, so it carries no slash, no blank and none of <c>\ # ? %</c>, and never begins with a dot.</summary>
internal static class MailboxName
{
    /// <summary>Longest name in characters; two of them and a letter's id must fit a row key of 512.</summary>
    public const int MaxLength = 64;

    /// <summary>The rule in an administrator's words, to end a sentence with.</summary>
    public const string Rule = "write 1 to 64 letters, digits and . _ - @ +, beginning with a letter or digit";

    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > MaxLength || !char.IsLetterOrDigit(name[0])) return false;
        foreach (var c in name)
            if (!char.IsLetterOrDigit(c) && c is not ('.' or '_' or '-' or '@' or '+')) return false;
        return true;
    }
}
