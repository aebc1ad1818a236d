using Microsoft.Extensions.Options;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>Validates what annotations cannot express, so that all errors are reported at once.</summary>
internal sealed class MailCallbackOptionsValidator
    : IValidateOptions<SesCallbackOptions>,
        IValidateOptions<SendGridCallbackOptions>
{
    public ValidateOptionsResult Validate(string? name, SesCallbackOptions options) => Report(name, "SES", FindErrors(options));

    public ValidateOptionsResult Validate(string? name, SendGridCallbackOptions options) =>
        Report(name, "SendGrid", FindErrors(options));

    private static ValidateOptionsResult Report(string? name, string vendor, IEnumerable<string> errors) =>
        errors.Select(error => $"{vendor} callback of provider '{name}': {error}").ToArray() is { Length: > 0 } failures
            ? ValidateOptionsResult.Fail(failures)
            : ValidateOptionsResult.Success;

    private static IEnumerable<string> FindErrors(SesCallbackOptions options)
    {
        if (options.TopicArns.Count == 0)
            yield return $"{nameof(options.TopicArns)} must contain the ARN of a topic.";
        foreach (var topic in options.TopicArns.Where(topic => !SnsTopic.TryParse(topic, out _)))
            yield return $"'{topic}' is not the ARN of an SNS topic, such as arn:aws:sns:eu-north-1:123456789012:mail-events.";
        foreach (var host in options.Hosts.Where(host => Uri.CheckHostName(host) != UriHostNameType.Dns))
            yield return $"'{host}' in {nameof(options.Hosts)} is not a host name.";
    }

    private static IEnumerable<string> FindErrors(SendGridCallbackOptions options)
    {
        if (options.PublicKeys.Count == 0)
            yield return $"{nameof(options.PublicKeys)} must contain the verification key of the webhook.";
        for (var i = 0; i < options.PublicKeys.Count; i++)
        {
            if (!SendGridSignature.TryImport(options.PublicKeys[i], out _))
                yield return $"{nameof(options.PublicKeys)}[{i}] is not an ECDSA P-256 public key in base64.";
        }
    }
}
