using Microsoft.Extensions.Logging;
using Postroom.Accounts;
using Postroom.Queues;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Collect;

/// <summary>
/// Polls one account: takes its lease, visits the mailbox as often as needed, writes how it went. Whatever is wrong
/// with one account ends up in that account's state and nowhere else.
/// </summary>
public sealed partial class Collector
{
    // The server's clock comes to us in whole seconds: who asked may have seen the next one already.
    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(2);

    private readonly DownloadBudget budget = new(DownloadBudget.Default);
    private readonly HostDoors doors;
    private readonly PostroomSettings settings;
    private readonly OfficeStorage storage;
    private readonly AccountBook book;
    private readonly TimeProvider time;
    private readonly ILogger<Collector> log;

    /// <summary>A collector for the accounts of the settings.</summary>
    public Collector(PostroomSettings settings, OfficeStorage storage, AccountBook book, TimeProvider time, ILogger<Collector> log)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (this.settings, this.storage, this.book, this.time, this.log) = (settings, storage, book, time, log);
        doors = new(settings.SessionsPerHost);
    }

    /// <summary>A batch of letters is enqueued: for whoever watches a long first fetch.</summary>
    public event Action<CollectProgress>? Progress;

    /// <summary>Polls the account of a message.</summary>
    public async Task<CollectOutcome> CollectAsync(CollectMessage message, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!settings.Accounts.TryGetValue(message.Account, out var account) || !account.Enabled)
            return new CollectOutcome.NotDue();
        // Before the lease: who waits for others of the same host holds nothing.
        using var door = await doors.EnterAsync(account.Host, stop);
        var (session, holder, until) = await book.OpenAsync(account.Name, stop);
        if (session is null)
        {
            LogBusy(account.Name, holder!, until);
            return new CollectOutcome.Busy(holder!);
        }

        using (session)
        {
            Checkpoint.Pass(Step.Leased);
            var due = message.Forced || session.State.NextPoll is null || session.State.NextPoll <= session.Now + Grain;
            if (!due)
            {
                await session.CloseAsync(stop);
                return new CollectOutcome.NotDue();
            }

            try
            {
                var outcome = await PollAsync(account, session, stop);
                await session.CloseAsync(stop);
                Checkpoint.Pass(Step.Closed);
                Log(account.Name, outcome);
                return outcome;
            }
            catch (LeaseLostException e)
            {
                LogLeaseLost(e, account.Name);
                return new CollectOutcome.Busy("another process");
            }
            catch
            {
                await GiveBackAsync(account.Name, session);
                throw;
            }
        }
    }

    // A stop or a storage fault: the next poll should not have to wait for the lease to run out.
    private async Task GiveBackAsync(string account, AccountSession session)
    {
        using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        try
        {
            await session.CloseAsync(brief.Token);
        }
        catch (Exception e)
        {
            LogNotGivenBack(e, account);
        }
    }

    private async Task<CollectOutcome> PollAsync(Account account, AccountSession session, CancellationToken stop)
    {
        var poll = new Poll();
        CollectOutcome outcome;
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var heartbeat = KeepLeaseAsync(session, life);
        try
        {
            while (await VisitAsync(account, session, poll, life.Token))
            {
                // As long as there is more to fetch and each visit gets further.
            }

            session.State = session.State with
            {
                LastPoll = session.Now, LastSuccess = session.Now, NextPoll = session.Now + PollRhythm.AfterSuccess(account, poll.LogInDelay),
                Failures = 0, LastError = null, Remark = poll.Remark,
            };
            outcome = new CollectOutcome.Collected(poll.Letters, session.State.LeftOnServer);
        }
        catch (CollectFailedException e)
        {
            var (wait, counts) = PollRhythm.AfterFailure(account, e.Refusal, e.LogInDelay, session.State.Failures);
            session.State = session.State with
            {
                LastPoll = session.Now, NextPoll = session.Now + wait,
                Failures = session.State.Failures + (counts ? 1 : 0), LastError = e.Message, Remark = poll.Remark,
            };
            outcome = new CollectOutcome.Failed(e.Message, poll.Letters);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new LeaseLostException(account.Name, e);
        }
        finally
        {
            await life.CancelAsync();
            await heartbeat;
        }

        return outcome;
    }

    /// <returns>Whether another visit is worth it.</returns>
    private async Task<bool> VisitAsync(Account account, AccountSession session, Poll poll, CancellationToken stop)
    {
        await using var connection = await Pop3Connection.OpenAsync(account, session.State.SeenTls, time, stop);
        Checkpoint.Pass(Step.LoggedIn);
        poll.LogInDelay = connection.LogInDelay;
        session.State = session.State with { SeenTls = session.State.SeenTls || connection.IsSecure };
        var visit = new MailboxVisit(account, session, connection, poll.Lessons, storage, budget, time);
        visit.Progress += (done, left) => Progress?.Invoke(new(account.Name, poll.Letters + done, left));
        try
        {
            return await visit.RunAsync(stop);
        }
        catch (BrokenSessionException) when (poll.Lessons.MayTryAgain)
        {
            return true;
        }
        catch (BrokenSessionException e)
        {
            throw new CollectFailedException(connection.Explain(e.InnerException!) ?? e.Message, e);
        }
        catch (Exception e) when (connection.Explain(e) is { } sentence && !stop.IsCancellationRequested)
        {
            throw new CollectFailedException(sentence, e);
        }
        finally
        {
            poll.Letters += visit.Collected;
            session.State = session.State with
            {
                Letters = session.State.Letters + visit.Collected,
                Octets = session.State.Octets + visit.Octets,
                LeftOnServer = visit.Left ?? session.State.LeftOnServer,
            };
        }
    }

    // A download of many megabytes may take longer than the lease.
    private static async Task KeepLeaseAsync(AccountSession session, CancellationTokenSource life)
    {
        try
        {
            while (true)
            {
                await Task.Delay(AccountBook.Lease / 3, life.Token);
                await session.RenewAsync(life.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The poll has ended.
        }
        catch (LeaseLostException)
        {
            // Somebody else has the account: this session must not get as far as DELE.
            await life.CancelAsync();
        }
    }

    /// <summary>What is common to the visits of one poll.</summary>
    private sealed class Poll
    {
        public PollLessons Lessons { get; } = new();

        public int Letters { get; set; }

        public TimeSpan LogInDelay { get; set; }

        public string? Remark => Lessons.Remark;
    }
}
