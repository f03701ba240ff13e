using Postroom.Directory;
using Postroom.Mail;
using Postroom.Receive.Protocol;

namespace Postroom.Receive.Policy;

/// <summary>Whether a recipient is let in. The directory that sorts collected mail decides, and nobody is relayed for.</summary>
internal static class RecipientRule
{
    /// <summary>What speaks against a recipient; null: nothing.</summary>
    public static Reply? Objection(RecipientDirectory directory, EmailAddress recipient) =>
        directory.Find(recipient).Match switch
        {
            DirectoryMatch.NotOurs => Replies.NoRelay,
            DirectoryMatch.Unknown => Replies.NoSuchUser,
            // name%elsewhere@, elsewhere!name@, "name@elsewhere"@: an address inside a local part asks to be sent on.
            // Nobody has that address by name, and a catch-all's target might follow it.
            DirectoryMatch.CatchAll when recipient.LocalPart.AsSpan().ContainsAny('%', '!', '@') => Replies.NoRelay,
            _ => null,
        };
}
