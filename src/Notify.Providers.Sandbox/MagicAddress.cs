namespace Notify.Providers.Sandbox;

/// <summary>
/// Reads the outcome that an address of a test notification names: <c>rejected@notify.test</c>, <c>+12025550101</c>,
/// <c>https://notify.test/rejected</c>, and the push token <c>notify-test-rejected</c>. Every other address is sent to.
/// </summary>
internal static class MagicAddress
{
    private const string Domain = "notify.test";
    private const string TokenPrefix = "notify-test-";

    /// <summary>Phone numbers that are reserved for fiction. The last digit is the number of the outcome.</summary>
    private const string PhonePrefix = "+1202555010";

    /// <summary>The token of a device in the form of APNs: zeros, and the number of the outcome.</summary>
    private static readonly string HexPrefix = new('0', 63);

    private static readonly string[] Names = ["sent", "rejected", "gone", "retry", "fail", "lost", "throttled"];

    /// <summary>Finds the outcome; null if the message counts as sent.</summary>
    public static Outcome? FindOutcome(Delivery delivery)
    {
        var isFirst = delivery.AttemptsSpent == 0;
        return FindName(delivery.To) switch
        {
            "rejected" => Outcome.Rejected("rejected by a test address"),
            "gone" => Outcome.RecipientGone("a test address that is gone"),
            "retry" when isFirst => Outcome.Retry("the first attempt to a test address"),
            "fail" => Outcome.Retry("every attempt to a test address"),
            "lost" when isFirst => Outcome.AnswerLost("the answer of a test address"),
            "throttled" when isFirst && delivery.RetryDelay == TimeSpan.Zero => Outcome.Throttled("throttled by a test address"),
            _ => null,
        };
    }

    private static string? FindName(Address to)
    {
        if (to.Value.StartsWith(TokenPrefix, StringComparison.Ordinal))
            return to.Value[TokenPrefix.Length..];
        if (FindNumber(to.Value, PhonePrefix) is { } phone)
            return phone;
        if (FindNumber(to.Value, HexPrefix) is { } token)
            return token;
        if (Uri.TryCreate(to.Value, UriKind.Absolute, out var url) && url.Host == Domain)
            return url.AbsolutePath.Trim('/');
        return to.Value.EndsWith($"@{Domain}", StringComparison.OrdinalIgnoreCase)
            ? to.Value[..^(Domain.Length + 1)].ToLowerInvariant()
            : null;
    }

    private static string? FindNumber(string value, string prefix) =>
        value.Length == prefix.Length + 1
        && value.StartsWith(prefix, StringComparison.Ordinal)
        && value[^1] - '0' is >= 0 and var number
        && number < Names.Length
            ? Names[number]
            : null;
}
