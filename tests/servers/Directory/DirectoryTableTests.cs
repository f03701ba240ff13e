using Azure.Data.Tables;
using Postroom.Directory;
using Xunit;

namespace Postroom.Tests.Servers.Directory;

public sealed class DirectoryTableTests(Azurite storage) : IClassFixture<Azurite>, IAsyncLifetime
{
    private readonly HandClock clock = new();
    private readonly WatchedTransport cable = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DirectoryTable Table => new(cable.Client(storage), clock);

    private TableClient Rows => storage.Tables.GetTableClient(DirectoryTable.Name);

    public async ValueTask InitializeAsync() => await storage.ClearAsync();

    public ValueTask DisposeAsync() => default;

    [Fact]
    public async Task What_is_imported_is_exported()
    {
        var import = await Table.ImportAsync("address;mailbox;target\nuwe@example.com;uwe;archive\n\"\"\"u, we\"\"@example.com\";uwe\nboth@example.com;uwe anna;\n");

        Assert.Equal((true, true, 3, 1), (import.Succeeded, import.Changed, import.Addresses, import.Mailboxes));
        Assert.Equal("\uFEFFaddress,mailbox,target\r\nuwe@example.com,uwe,archive\r\n\"\"\"u, we\"\"@example.com\",uwe,\r\nboth@example.com,uwe anna,\r\n", await Table.ExportAsync());
        Assert.Equal("\uFEFFaddress;mailbox;target\r\nuwe@example.com;uwe;archive\r\n\"\"\"u, we\"\"@example.com\";uwe;\r\nboth@example.com;uwe anna;\r\n", await Table.ExportAsync(';'));
        Assert.False((await Table.ImportAsync(await Table.ExportAsync(';'))).Changed);
    }

    [Fact]
    public async Task Nothing_imported_is_exported_as_a_file_without_rows() =>
        Assert.Equal("\uFEFFaddress,mailbox,target\r\n", await Table.ExportAsync());

    [Fact]
    public async Task A_file_with_problems_is_told_all_of_them_and_writes_nothing()
    {
        var import = await Table.ImportAsync("address,mailbox,target\nuwe@example.com,uwe,printer\nanna@example.com,uwe\nvera@example.net,vera\nvera@example.com,\n");

        Assert.Equal(
            ["Line 5: the mailbox is missing, write the one that gets the letters for vera@example.com.",
             "Line 2: there is no target printer, write one of default, archive or leave it out.",
             "Line 3: anna@example.com already belongs to mailbox anna (Mailboxes__anna__Addresses); remove one of the two, or make a group of both.",
             "Line 4: vera@example.net is in a domain that is not in Domains, add example.net there or remove the address."],
            import.Problems);
        Assert.False(import.Succeeded || import.Changed);
        Assert.Equal(0, cable.Writes);
    }

    [Theory]
    [InlineData("address,mailbox\nuwe@example.com,uwe\nvera@example.com,")]
    [InlineData("address,mailbox,target\nuwe@example.com,uwe,printer")]
    [InlineData("address,mailbox\nanna@example.com,uwe")]
    [InlineData("")]
    public async Task One_problem_of_any_kind_is_enough(string file)
    {
        await Table.ImportAsync(Office.Rows(1, "old"));
        var writes = cable.Writes;

        Assert.Single((await Table.ImportAsync(file)).Problems);
        Assert.Equal(writes, cable.Writes);
    }

    [Fact]
    public async Task The_same_file_again_costs_one_request()
    {
        await Table.ImportAsync(Office.Rows(10, "uwe"));
        cable.Requests.Clear();

        var again = await Table.ImportAsync(Office.Rows(10, "uwe"));

        Assert.True(again.Succeeded);
        Assert.False(again.Changed);
        Assert.Single(cable.Requests);
    }

    [Fact]
    public async Task Fifty_thousand_addresses_are_a_handful_of_rows_and_report_their_progress()
    {
        var told = new Told();

        var import = await Table.ImportAsync(Office.Rows(50_000, "uwe"), told);

        Assert.Equal((50_000, 1), (import.Addresses, import.Mailboxes));
        Assert.InRange(cable.Requests.Count, 1, 12);
        Assert.Equal([DirectoryStep.Reading, DirectoryStep.Checking, DirectoryStep.Writing, DirectoryStep.Switched], told.Select(p => p.Step).Distinct());
        Assert.Equal(50, told.Count(p => p.Step == DirectoryStep.Reading));
        Assert.Equal(Office.Rows(50_000, "uwe"), (await Table.ExportAsync())[1..]);
    }

    [Fact]
    public async Task An_import_cut_at_any_request_leaves_all_of_the_old_or_all_of_the_new()
    {
        // Long enough for several pieces, which is where a mixture could come from.
        const int Many = 30_000;
        await Table.ImportAsync(Office.Rows(Many, "old"));
        cable.Requests.Clear();
        await Table.ImportAsync(Office.Rows(Many, "new"));
        var requests = cable.Requests.Count;
        Assert.InRange(requests, 6, 20);

        for (var cut = 1; cut <= requests; cut++)
            foreach (var answerLost in (bool[])[false, true])
            {
                await Table.ImportAsync(Office.Rows(Many, "old"));
                var left = cut;
                Task Cut(string _) => Interlocked.Decrement(ref left) < 0 || left == 0 ? throw new IOException("The cable is cut.") : Task.CompletedTask;
                cable.Before = answerLost ? null : Cut;
                cable.After = answerLost ? Cut : null;
                await Record.ExceptionAsync(() => Table.ImportAsync(Office.Rows(Many, "new")));
                cable.Before = cable.After = null;

                var text = await Table.ExportAsync();
                var directory = await new LiveDirectory(storage.Tables, Office.Settings, clock).CurrentAsync(Stop);
                var desk = directory.Desks("first.last000000@example.com");
                Assert.Contains(desk, (string[])["old", "new"]);
                Assert.Equal(Office.Rows(Many, desk), text[1..]);
                Assert.Equal(desk, directory.Desks($"first.last{Many - 1:D6}@example.com"));
            }
    }

    [Fact]
    public async Task A_switch_whose_answer_was_lost_and_which_was_repeated_is_a_success()
    {
        await Table.ImportAsync(Office.Rows(1, "old"));
        var lost = 0;
        cable.After = request => request.Contains("RowKey='current'", StringComparison.Ordinal) && !request.StartsWith("GET", StringComparison.Ordinal) && lost++ == 0
            ? throw new IOException("The answer is lost.") : Task.CompletedTask;

        var import = await new DirectoryTable(cable.Client(storage, repetitions: 2), clock).ImportAsync(Office.Rows(1, "new"));

        Assert.True(lost > 1);
        Assert.Equal((true, true), (import.Succeeded, import.Changed));
        Assert.Equal(Office.Rows(1, "new"), (await Table.ExportAsync())[1..]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_imports_at_once_the_later_switch_gives_way(bool first)
    {
        if (!first) await Table.ImportAsync(Office.Rows(1, "old"));
        var once = 0;
        cable.Before = async request =>
        {
            if (!request.StartsWith("GET", StringComparison.Ordinal) && request.Contains("rows-", StringComparison.Ordinal) && once++ == 0)
                await new DirectoryTable(storage.Tables, clock).ImportAsync(Office.Rows(1, "other"));
        };

        var import = await Table.ImportAsync(Office.Rows(1, "mine"));

        Assert.Equal(["Somebody else changed the directory table meanwhile, so nothing was done. Look at what it says now (directory export) and try again."], import.Problems);
        Assert.False(import.Changed);
        Assert.Equal(Office.Rows(1, "other"), (await Table.ExportAsync())[1..]);
    }

    [Fact]
    public async Task Generations_nobody_can_be_reading_are_swept()
    {
        await Table.ImportAsync(Office.Rows(1, "one"));
        await Table.ImportAsync(Office.Rows(1, "two"));
        cable.Before = request => request.Contains("current", StringComparison.Ordinal) && !request.StartsWith("GET", StringComparison.Ordinal)
            ? throw new IOException("The import breaks off.") : Task.CompletedTask;
        await Assert.ThrowsAnyAsync<Exception>(() => Table.ImportAsync(Office.Rows(1, "orphan")));
        cable.Before = null;

        clock.Advance(TimeSpan.FromHours(23));
        await Table.ImportAsync(Office.Rows(1, "three"));
        Assert.Equal(4, await GenerationsAsync());

        // The one before stays however old it is: somebody may just have read its name.
        clock.Advance(TimeSpan.FromHours(25));
        await Table.ImportAsync(Office.Rows(1, "four"));
        Assert.Equal(2, await GenerationsAsync());
        Assert.Equal(Office.Rows(1, "four"), (await Table.ExportAsync())[1..]);
    }

    [Fact]
    public async Task A_character_that_takes_two_is_never_cut()
    {
        // One character more a line moves the cut through the pairs.
        var file = "address,mailbox,target\r\n" + string.Concat(Enumerable.Range(0, 3_000).Select(i => $"{string.Concat(Enumerable.Repeat("😀", 20))}{new string('x', i % 7)}{i}@example.com,uwe,\r\n"));

        Assert.Empty((await Table.ImportAsync(file)).Problems);
        Assert.Equal(file, (await Table.ExportAsync())[1..]);
    }

    [Fact]
    public async Task One_address_can_be_added()
    {
        var first = await Table.AddAsync("info@example.com", "Anna", Office.Settings, Stop);
        var second = await Table.AddAsync("both@example.com", "anna office", Office.Settings, Stop);
        var taken = await Table.AddAsync("INFO@example.com", "office", Office.Settings, Stop);
        var nobody = await Table.AddAsync("x@example.com", "ana", Office.Settings, Stop);

        Assert.True(first.Succeeded && second.Succeeded);
        Assert.Equal(["The new address: INFO@example.com already belongs to mailbox anna (line 2); remove one of the two, or make a group of both."], taken.Problems);
        Assert.Equal(["ana is neither a mailbox nor a group, write the name of one that exists."], nobody.Problems);
        Assert.Equal("\uFEFFaddress,mailbox,target\r\ninfo@example.com,Anna,\r\nboth@example.com,anna office,\r\n", await Table.ExportAsync());
    }

    [Fact]
    public async Task A_table_of_a_later_version_is_left_alone()
    {
        await Table.ImportAsync(Office.Rows(1, "old"));
        var pointer = (await Rows.GetEntityAsync<TableEntity>("current", "current", cancellationToken: Stop)).Value;
        pointer["V"] = 2;
        await Rows.UpsertEntityAsync(pointer, cancellationToken: Stop);
        cable.Requests.Clear();

        await Assert.ThrowsAsync<InvalidDataException>(() => Table.ImportAsync(Office.Rows(1, "new")));

        Assert.Equal(0, cable.Writes);
    }

    private async Task<int> GenerationsAsync() =>
        (await Rows.QueryAsync<TableEntity>(cancellationToken: Stop).ToListAsync(Stop))
            .Select(r => r.PartitionKey).Where(k => k.StartsWith("rows-", StringComparison.Ordinal)).Distinct().Count();

    // Progress<T> would tell in another order, on another thread.
    private sealed class Told : List<DirectoryProgress>, IProgress<DirectoryProgress>
    {
        public void Report(DirectoryProgress value) => Add(value);
    }
}
