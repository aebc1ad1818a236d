using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>
/// Reads the events of Amazon SES, which Amazon SNS posts. SES replaces the Message-ID, so an email carries the reference to its
/// delivery as a message tag, which a header sets over SMTP and which the events of a configuration set contain.
/// </summary>
internal sealed class SesCallback(
    string provider,
    SesCallbackOptions options,
    SnsClient sns,
    TimeProvider time,
    ILogger<SesCallback> logger
) : IReceiptCallback, IVendorHeaders
{
    private const string TagsHeader = "X-SES-MESSAGE-TAGS";
    private const string ConfigurationSetHeader = "X-SES-CONFIGURATION-SET";
    private const int MaxTagLength = 256;

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly EventAssignment _assignment = new(provider, options, logger);

    public string Provider => provider;

    // A message of SNS has up to 256 KiB, and is escaped once more.
    public int MaxBodyBytes => 524_288;

    public IEnumerable<KeyValuePair<string, string>> Create(Delivery delivery)
    {
        var tags = ReferenceParts
            .Divide(_assignment.CreateReference(delivery), MaxTagLength)
            .Select(tag => $"{tag.Key}={tag.Value}");
        var hasSet = options.ConfigurationSet is null;
        foreach (var header in delivery.GetOwnHeaders())
        {
            if (header.Key.Equals(TagsHeader, StringComparison.OrdinalIgnoreCase))
            {
                tags = header
                    .Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Where(tag => !ReferenceParts.IsName(tag.Split('=')[0].Trim()))
                    .Concat(tags);
                continue;
            }

            hasSet |= header.Key.Equals(ConfigurationSetHeader, StringComparison.OrdinalIgnoreCase);
            yield return header;
        }

        if (string.Join(", ", tags) is { Length: > 0 } joined)
            yield return KeyValuePair.Create(TagsHeader, joined);
        if (!hasSet)
            yield return KeyValuePair.Create(ConfigurationSetHeader, options.ConfigurationSet!);
    }

    public async ValueTask<CallbackResult> ReadAsync(VendorCall call, CancellationToken cancellationToken)
    {
        if (SnsMessage.Parse(call.Body.Span) is not { TopicArn: { } topic } message)
            return Refuse("the body is not a message of SNS");
        if (!options.TopicArns.Contains(topic))
            return Refuse("the topic is not one of TopicArns");
        if (!IsFresh(message.Timestamp))
            return Refuse("the timestamp is too old or ahead");
        if (!sns.IsCertificate(message.SigningCertUrl))
            return Refuse("the certificate is not at a host of SNS");

        try
        {
            var key = await sns.GetKeyAsync(message.SigningCertUrl!, cancellationToken).ConfigureAwait(false);
            if (!message.IsSignedBy(key))
                return Refuse("the signature is not valid");
        }
        catch (Exception exception) when (exception is HttpRequestException or CryptographicException)
        {
            Log.CertificateNotFound(logger, provider, exception.Message);
            return CallbackResult.NotVerified("The certificate of SNS cannot be downloaded.");
        }

        return message.Type switch
        {
            SnsMessage.Notification => ReadNotification(message),
            SnsMessage.SubscriptionConfirmation => await ConfirmAsync(message, topic, cancellationToken).ConfigureAwait(false),
            _ => CallbackResult.Nothing,
        };
    }

    private CallbackResult Refuse(string reason)
    {
        Log.CallbackRefused(logger, provider, reason);
        return CallbackResult.InvalidSignature;
    }

    private bool IsFresh(string? timestamp) =>
        DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        && time.GetUtcNow() - at is var age
        && age <= options.MaxAge
        && age >= -ClockSkew;

    private CallbackResult ReadNotification(SnsMessage message)
    {
        using var json = EventJson.TryParse(Encoding.UTF8.GetBytes(message.Message ?? ""));
        // SES sends a text to a topic when it is configured.
        if (json?.RootElement is not { ValueKind: JsonValueKind.Object } body)
            return CallbackResult.Unreadable("The message is not an event of SES.");

        return SesEvents.Read(body, message.MessageId ?? "", time.GetUtcNow()) is { } read
            ? _assignment.Assign([read])
            : CallbackResult.Nothing;
    }

    private async ValueTask<CallbackResult> ConfirmAsync(SnsMessage message, string topic, CancellationToken cancellationToken)
    {
        if (!options.ConfirmSubscriptions)
        {
            Log.SubscriptionPending(logger, topic, provider);
            return CallbackResult.Nothing;
        }

        if (!sns.IsConfirmation(message.SubscribeUrl, topic))
            return Refuse("the URL of the subscription is not one of SNS");
        try
        {
            await sns.ConfirmAsync(message.SubscribeUrl!, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            Log.SubscriptionNotConfirmed(logger, provider, topic, exception.Message);
            return CallbackResult.NotVerified("SNS did not confirm the subscription.");
        }

        Log.SubscriptionConfirmed(logger, provider, topic);
        return CallbackResult.Nothing;
    }
}
