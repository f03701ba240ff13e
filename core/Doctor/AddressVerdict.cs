using Postroom.Directory;
using Postroom.Mail;

namespace Postroom.Doctor;

/// <summary>What the directory says of the recipients a setting found in a letter.</summary>
internal enum AddressVerdict
{
    /// <summary>Somebody's address.</summary>
    Named,

    /// <summary>Nobody's, but a catch-all takes it.</summary>
    CatchAll,

    /// <summary>Nobody's.</summary>
    Unknown,

    /// <summary>No recipient was found.</summary>
    None,
}


/// <summary>Asks the directory.</summary>
internal static class Verdict
{
    public static AddressVerdict Of(RecipientDirectory directory, EmailAddress recipient) => directory.Find(recipient).Match switch
    {
        DirectoryMatch.CatchAll => AddressVerdict.CatchAll,
        DirectoryMatch.Unknown or DirectoryMatch.NotOurs => AddressVerdict.Unknown,
        _ => AddressVerdict.Named,
    };

    /// <summary>The worst of all recipients counts.</summary>
    public static AddressVerdict Of(RecipientDirectory directory, IEnumerable<EmailAddress> recipients) =>
        recipients.Select(r => Of(directory, r)).DefaultIfEmpty(AddressVerdict.None).Max();
}
