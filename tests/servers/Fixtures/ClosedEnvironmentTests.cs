using Xunit;
using Xunit.Sdk;

namespace Postroom.Tests.Servers;

public sealed class ClosedEnvironmentTests
{
    [Fact]
    public void A_missing_program_fails_a_build_machine()
    {
        var failure = Assert.Throws<FailException>(() => ClosedEnvironment.Lacks("Dovecot is missing.", inCi: true));
        Assert.Equal("Dovecot is missing.", failure.Message);
    }

    [Fact]
    public void A_missing_program_skips_the_test_of_a_developer()
    {
        SkipException? skipped = null;
        // Assert.Throws would show xunit the skip, and it would skip this one.
        try
        {
            ClosedEnvironment.Lacks("Dovecot is missing.", inCi: false);
        }
        catch (SkipException e)
        {
            skipped = e;
        }
        Assert.Contains("Dovecot is missing.", skipped?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_is_found_on_the_path_or_not_at_all()
    {
        Assert.NotNull(ClosedEnvironment.Find("sh"));
        Assert.Null(ClosedEnvironment.Find("no-such-program"));
    }
}
