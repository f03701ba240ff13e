using System.CommandLine;
using Postroom.Cli.Host;
using Postroom.Doctor;

namespace Postroom.Cli.Commands;

/// <summary><c>postroom doctor</c>: looks at letters of a mailbox that holds a whole domain's mail and recommends a setting.</summary>
internal static class DoctorCommand
{
    public static Command Create(Option<string> settings)
    {
        var account = new Argument<string>("ACCOUNT") { Description = "The account. How its recipients are found may still be open." };
        var letters = new Option<int>("--letters") { Description = "How many letters to look at.", HelpName = "N", DefaultValueFactory = static _ => MailboxSample.Usual };
        letters.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10_000)
                result.AddError("--letters: write a number from 1 to 10000.");
        });
        var json = new Option<bool>("--json") { Description = "Answer as JSON." };
        var command = new Command("doctor", "Look at letters of a multidrop account, deleting nothing, and recommend its setting. Exit code 0: there is one; 1: none works; 2: it could not look.")
        {
            account, letters, json,
        };
        command.SetAction((parsed, stop) => Counter.ServeAsync(() => DiagnoseAsync(
            parsed.GetValue(settings)!, parsed.GetValue(account)!, parsed.GetValue(letters), parsed.GetValue(json), stop)));
        return command;
    }

    private static async Task<int> DiagnoseAsync(string file, string name, int most, bool asJson, CancellationToken stop)
    {
        var settings = Counter.SettingsUnsettled(file, name, out var forgiven);
        if (!settings.Accounts.TryGetValue(name, out var account))
            throw new InvalidDataException($"There is no account \"{name}\" in the settings. There are: {string.Join(", ", settings.Accounts.Keys)}.");
        var (directory, source) = await PresentDirectory.ReadAsync(settings, stop);
        var withTable = source == PresentDirectory.SettingsAndTable;
        var sample = await SampleAsync();
        var diagnosis = Examination.Examine(account, sample.Letters, directory, ProviderBook.Own);
        if (asJson)
            JsonOutput.Print(DoctorReport.Json(account, sample, diagnosis, forgiven, withTable));
        else
            DoctorReport.Tell(account, sample, diagnosis, forgiven, withTable);
        return diagnosis.Recommendation is null ? Counter.Trouble : Counter.Well;

        async Task<MailboxSample> SampleAsync()
        {
            try
            {
                // One line that is written over, on standard error: the report may go elsewhere.
                return await MailboxSample.TakeAsync(account, most, Console.IsErrorRedirected ? null : Progress, stop);
            }
            catch (SampleFailedException e)
            {
                throw new InvalidDataException(e.Message, e);
            }
        }
    }

    private static void Progress(int done, int all) =>
        Console.Error.Write(done < all ? $"\rLooked at {done} of {all} letters" : "\r" + new string(' ', 60) + "\r");
}
