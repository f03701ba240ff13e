using Xunit;

namespace Postroom.Tests.Servers.Deliver;

/// <summary>A Dovecot with a quota of 4 MB for each user, a socket for LMTP, and users enough for every test.</summary>
public sealed class QuotaDovecot : IAsyncLifetime
{
    private const int MostUsers = 50;

    private readonly string folder = System.IO.Directory.CreateTempSubdirectory("postroom-lmtp-").FullName;
    private int given = -1;

    public QuotaDovecot() => Server = new()
    {
        Extra = $$"""
            mail_plugins = $mail_plugins quota
            plugin {
              quota = maildir:User quota
              quota_rule = *:storage=4000K
              quota_grace = 0
            }
            service lmtp {
              unix_listener {{Socket}} {
                mode = 0666
              }
            }
            """,
    };

    public Dovecot Server { get; }

    public string Socket => Path.Combine(folder, "lmtp");

    // Dovecot looks at its list of users about once a second: they are all there before it starts.
    public ValueTask InitializeAsync()
    {
        for (var i = 0; i < MostUsers; i++)
            Server.AddUser($"user-{i}");
        return ((IAsyncLifetime)Server).InitializeAsync();
    }

    /// <summary>A user nobody else has.</summary>
    public string NextUser(string test)
    {
        var number = Interlocked.Increment(ref given);
        Assert.True(number < MostUsers, $"No user left for {test}.");
        return $"user-{number}";
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }
}
