namespace Postroom.Accounts;

/// <summary>Somebody else collects this account now. Nothing may be deleted any more in this session.</summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>The lease of <paramref name="account"/> is gone.</summary>
    public LeaseLostException(string account, Exception inner)
        : base($"Another process took over account {account}; this session stops without deleting anything further.", inner) { }
}
