namespace Postroom.Deliver;

/// <summary>The stored letter could not be read to its end while a target was taking it.</summary>
internal sealed class StoredLetterException(Exception inner)
    : Exception($"The stored letter could not be read: {inner.GetType().Name}: {inner.Message}", inner);
