namespace Postroom.Deliver;

/// <summary>How long to wait for a server.</summary>
internal sealed record SmtpPatience
{
    /// <summary>For a connection and TLS.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For an answer to a command. RFC 5321 §4.5.3.2 would wait 5 minutes; here a letter that waits loses nothing.</summary>
    public TimeSpan Reply { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For the server to take a piece of the letter (RFC 5321 §4.5.3.2.5).</summary>
    public TimeSpan Piece { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>For the answer to the final dot. Not shorter than RFC 5321 §4.5.3.2.6 says: who gives up here sends the letter twice.</summary>
    public TimeSpan FinalDot { get; init; } = TimeSpan.FromMinutes(10);
}
