namespace Postroom.Doctor;

/// <summary>Where in a header a line stands, and with that, who can have written it.</summary>
public enum LinePlace
{
    /// <summary>Above the first Received line. Only the provider writes there: its own entrance puts Received above all a sender sent.</summary>
    Top,

    /// <summary>Below a Received line of the provider's, above the one by which the letter came in from outside. Only the provider writes there.</summary>
    Inside,

    /// <summary>Directly below the provider's Received lines. A filter of the provider's writes there, and what a sender put on top of his own header stands there too.</summary>
    Entrance,

    /// <summary>Below all that the sender's program writes into every letter. A provider that appends writes there; what a sender appended stands above its line.</summary>
    Bottom,

    /// <summary>Among the sender's own lines.</summary>
    Sender,

    /// <summary>Not in the same place in all letters.</summary>
    Mixed,
}
