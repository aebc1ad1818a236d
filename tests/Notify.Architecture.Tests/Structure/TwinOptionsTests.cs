using System.Reflection;
using System.Text.RegularExpressions;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Notify.Architecture.Tests.Structure;

/// <summary>
/// Two packages that send through the same vendor name the same option alike, so settings can move from one to the other. The
/// declared public API is compared, because two of the packages are not built by default.
/// </summary>
public sealed partial class TwinOptionsTests
{
    /// <summary>The packages of each pair. The first has more options of its own, or as many.</summary>
    public static TheoryData<string, string, string[]> Twins() =>
        new()
        {
            // The account is in the client of the vendor's library, which the application creates.
            { "Twilio", "TwilioSdk", ["CreateClient"] },
            { "Apns", "DotApns", ["CreateClient"] },
            { "Fcm", "FirebaseAdmin", ["App"] },
            { "MailKit", "Smtp", [] },
        };

    [Theory]
    [MemberData(nameof(Twins))]
    public void Every_option_of_the_smaller_package_is_in_the_other_or_has_a_reason(
        string larger,
        string smaller,
        string[] reasons
    )
    {
        var (has, needs) = (ReadOptions(larger), ReadOptions(smaller));

        Assert.True(has.Count >= needs.Count && needs.Count > 1, $"{larger}: {has.Count}, {smaller}: {needs.Count}");
        Assert.Equal(reasons, needs.Keys.Except(has.Keys).Order());
    }

    [Theory]
    [MemberData(nameof(Twins))]
    public void Options_with_the_same_name_have_the_same_type_or_the_same_values(string larger, string smaller, string[] reasons)
    {
        var (has, needs) = (ReadOptions(larger), ReadOptions(smaller));

        foreach (var name in needs.Keys.Except(reasons))
            Assert.Equal(has[name], needs[name]);
    }

    [Fact]
    public void Options_that_Polly_has_too_are_named_as_there()
    {
        AssertNamedAs(typeof(CircuitBreakerStrategyOptions), typeof(CircuitBreakerOptions), []);
        // MaxAttempts counts the first attempt, which Polly's MaxRetryAttempts does not. Polly knows nothing of the others.
        AssertNamedAs(
            typeof(RetryStrategyOptions),
            typeof(RetryOptions),
            ["MaxAttempts", "MaxAttemptsWithLostAnswer", "MaxRetryAfter", "RepeatAfterLostAnswer"]
        );
    }

    private static void AssertNamedAs(Type theirs, Type ours, string[] reasons)
    {
        var known = theirs.GetProperties().Select(property => property.Name);
        Assert.Equal(reasons, ours.GetProperties(Declared).Select(property => property.Name).Except(known).Order());
    }

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>
    /// Reads the options of a provider with their types. Instead of an enumeration, it returns the names of its values.
    /// </summary>
    private static Dictionary<string, string> ReadOptions(string provider)
    {
        var lines = File.ReadAllLines(Repository.GetPath($"src/Notify.Providers.{provider}/PublicAPI.Unshipped.txt"));
        var values = lines
            .Select(line => EnumValue().Match(line))
            .Where(match => match.Success)
            .ToLookup(match => match.Groups["type"].Value, match => match.Groups["name"].Value);
        return lines
            .Select(line => Option().Match(line))
            .Where(match => match.Success && match.Groups["class"].Value == $"{provider}Options")
            .ToDictionary(match => match.Groups["name"].Value, match => Describe(match.Groups["type"].Value));

        string Describe(string type) => values.Contains(type) ? string.Join(", ", values[type].Order()) : type;
    }

    [GeneratedRegex(@"^Notify\.Providers\.\w+\.(?<class>\w+)\.(?<name>\w+)\.get -> (?<type>.+)$")]
    private static partial Regex Option();

    [GeneratedRegex(@"^(?<type>Notify\.Providers\.\w+\.\w+)\.(?<name>\w+) = \d+ -> \k<type>$")]
    private static partial Regex EnumValue();
}
