using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>The ARN of an SNS topic.</summary>
/// <param name="Host">The host of SNS in the region of the topic.</param>
internal sealed partial record SnsTopic(string Host)
{
    public static bool TryParse(string? arn, [NotNullWhen(true)] out SnsTopic? topic)
    {
        topic = null;
        if (arn is null || Arn().Match(arn) is not { Success: true } match)
            return false;

        var suffix = match.Groups["partition"].Value == "aws-cn" ? ".cn" : "";
        topic = new SnsTopic($"sns.{match.Groups["region"].Value}.amazonaws.com{suffix}");
        return true;
    }

    [GeneratedRegex(
        @"^arn:(?<partition>aws|aws-cn|aws-us-gov):sns:(?<region>[a-z]{2}(-[a-z0-9]+)+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Arn();
}
