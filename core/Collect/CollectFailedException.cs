namespace Postroom.Collect;

/// <summary>A poll could not go on, for a reason an administrator can read. Caught by <see cref="Collector"/> and written into the account's state.</summary>
internal sealed class CollectFailedException(string sentence, Exception? inner = null) : Exception(sentence, inner);
