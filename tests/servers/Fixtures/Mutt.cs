namespace Postroom.Tests.Servers;

/// <summary>A person's mail reader that opens a Maildir in the file system.</summary>
internal static class Mutt
{
    /// <summary>Opens the Maildir without changing it and returns every letter it shows, in no order to rely on.</summary>
    /// <remarks>mutt ends the header with a line end of its own: compare without regard to CR.</remarks>
    public static async Task<IReadOnlyList<byte[]>> ReadAsync(string maildir)
    {
        if (ClosedEnvironment.Find("mutt") is not { } mutt || ClosedEnvironment.Find("script") is not { } script)
        {
            ClosedEnvironment.Lacks("mutt is missing: run ./test.sh as root once, it installs it.");
            return [];
        }
        var folder = System.IO.Directory.CreateTempSubdirectory("postroom-mutt-").FullName;
        try
        {
            var save = Path.Combine(folder, "save");
            await File.WriteAllTextAsync(save, $"cat > \"$(mktemp {folder}/letter.$(date +%s%N).XXXX)\"\n");
            var orders = Path.Combine(folder, "muttrc");
            // Without a folder it asks for one and swallows our orders. Mark all, pipe each one through our script as it is, leave.
            await File.WriteAllTextAsync(orders, $"""
                set folder={folder}
                set quit=yes pipe_split=yes pipe_sep="" pipe_decode=no wait_key=no
                push "<tag-pattern>~A<enter><tag-prefix><pipe-message>sh {save}<enter><exit>"

                """);
            // It talks to a terminal only: script(1) is one.
            await using var process = await ChildProcess.StartAsync(
                script, ["-qec", $"{mutt} -n -R -F {orders} -f {maildir}", "/dev/null"], folder,
                new Dictionary<string, string?> { ["TERM"] = "xterm", ["HOME"] = folder, ["MAIL"] = null });
            var code = await process.ExitAsync(TimeSpan.FromMinutes(1));
            if (code != 0)
                throw new InvalidOperationException($"mutt ended with {code}.\n{process.Output}{process.Errors}");
            return
            [
                .. System.IO.Directory.EnumerateFiles(folder, "letter.*").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
            ];
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }
}
