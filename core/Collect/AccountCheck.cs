using Postroom.Accounts;

namespace Postroom.Collect;

/// <summary>Tries whether an account can be collected: logs in, counts, and changes nothing.</summary>
public sealed class AccountCheck(AccountBook book, TimeProvider time)
{
    /// <summary>Logs in to an account.</summary>
    /// <param name="account">The account.</param>
    /// <param name="stop">Ends the wait.</param>
    public async Task<AccountFinding> LogInAsync(Account account, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(account);
        var clear = account.Security == Security.None
            ? $"Password and letters travel in clear. If the server offers TLS, remove Accounts__{account.Name}__Security." : null;
        try
        {
            var seenTls = (await book.FindAsync(account.Name, stop))?.SeenTls ?? false;
            await using var connection = await Pop3Connection.OpenAsync(account, seenTls, time, stop);
            clear ??= connection.IsSecure ? null : "The server offers no TLS: password and letters travel in clear.";
            var letters = connection.Client.Count;
            await connection.QuitAsync(stop);
            return new(account.Name, null, clear, letters);
        }
        catch (CollectFailedException e) when (e.Refusal is LogInRefusal.InUse or LogInRefusal.TooSoon)
        {
            return new(account.Name, null, e.Message, null);
        }
        catch (CollectFailedException e)
        {
            return new(account.Name, e.Message, clear, null);
        }
    }
}

/// <summary>What came of a log-in.</summary>
/// <param name="Account">The account's name.</param>
/// <param name="Problem">Why it cannot be collected, with the server's words and the setting to change; null if it can.</param>
/// <param name="Warning">What should be better; null if nothing.</param>
/// <param name="Letters">Letters in the mailbox; null if it was not reached.</param>
public sealed record AccountFinding(string Account, string? Problem, string? Warning, int? Letters);
