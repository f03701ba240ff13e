using Postroom.Accounts;
using Xunit;

namespace Postroom.Tests.Unit.Accounts;

public sealed class SeenLettersTests
{
    private static readonly DateOnly Today = new(2026, 3, 1);

    [Fact]
    public void Fingerprints_stay_for_a_week_and_letters_as_long_as_they_are_listed()
    {
        var (letter, gone, fingerprint) = (SeenLetters.Key("a", 1), SeenLetters.Key("b", 1), SeenLetters.FingerprintKey("c"));
        var seen = new SeenLetters();
        seen.Set(letter, new(Today, SeenAs.Stored, 0));
        seen.Set(gone, new(Today, SeenAs.Stored, 0));
        seen.Set(fingerprint, new(Today, SeenAs.Fingerprint, 0));

        Assert.True(seen.KeepOnly(new HashSet<UInt128> { letter }, Today.AddDays(7)));
        Assert.Equal((true, false, true), (seen.TryGet(letter, out _), seen.TryGet(gone, out _), seen.TryGet(fingerprint, out _)));
        Assert.True(seen.KeepOnly(new HashSet<UInt128> { letter }, Today.AddDays(8)));
        Assert.Equal((true, false), (seen.TryGet(letter, out _), seen.TryGet(fingerprint, out _)));
        Assert.False(seen.KeepOnly(new HashSet<UInt128> { letter }, Today.AddDays(9)));
    }

    [Fact]
    public void A_fingerprint_is_never_taken_for_a_letter() =>
        Assert.All(Enumerable.Range(0, 100).Select(static i => $"{i}"), static text =>
        {
            Assert.True(SeenLetters.Key(text, 1) > uint.MaxValue);
            Assert.True(SeenLetters.FingerprintKey(text) <= uint.MaxValue);
        });
}
