namespace Postroom.Directory;

/// <summary>What happens to a letter that has no desk. Never a third thing: nothing is dropped, nothing is bounced.</summary>
public enum UnknownRecipient
{
    /// <summary>The postmaster of the domain gets it, else the postmaster of all.</summary>
    Postmaster,

    /// <summary>It waits, readable, for a person.</summary>
    Hold,
}
