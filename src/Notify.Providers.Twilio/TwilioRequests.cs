using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Notify.Providers.Http;

namespace Notify.Providers.Twilio;

/// <summary>Creates the requests that create messages. The parts that all requests share are built once.</summary>
internal sealed class TwilioRequests(TwilioOptions options, TimeProvider time)
{
    /// <summary>
    /// The time for which Twilio queues a message by default, which is also the maximum (Twilio, error 90007).
    /// </summary>
    private const int MaxValiditySeconds = 36_000;

    private static readonly MediaTypeHeaderValue Form = new("application/x-www-form-urlencoded");

    private readonly Uri _url = new(
        $"{options.BaseAddress.AbsoluteUri.TrimEnd('/')}/2010-04-01/Accounts/{options.AccountSid}/Messages.json"
    );

    private readonly string _authorization = $"Basic {Convert.ToBase64String(FormatCredentials(options))}";

    private readonly byte[] _sender = EncodeSender(options);
    private readonly string? _statusCallback = options.StatusCallbackUrl?.AbsoluteUri;

    public HttpRequestMessage Create(Delivery delivery)
    {
        var form = new PooledContent(Form);
        if (delivery.Content.Sms?.From is { } from)
        {
            form.Write("From="u8);
            FormEncoding.Write(form, from);
        }
        else
            form.Write(_sender);

        form.Write("&To="u8);
        FormEncoding.Write(form, delivery.To.Value);
        form.Write("&Body="u8);
        FormEncoding.Write(form, delivery.Content.Body);
        WriteStatusCallback(form, delivery);
        WriteValidity(form, delivery);
        var request = new HttpRequestMessage(HttpMethod.Post, _url)
        {
            Content = form,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // Added without validation: a parsed header value would be formatted again for every request.
        request.Headers.TryAddWithoutValidation("Authorization", _authorization);
        return request;
    }

    /// <summary>
    /// Creates a request that needs the credentials and changes nothing: it lists a message. Standard API keys may not read the
    /// account itself.
    /// </summary>
    public HttpRequestMessage CreateCheck()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{_url.AbsoluteUri}?PageSize=1");
        request.Headers.TryAddWithoutValidation("Authorization", _authorization);
        return request;
    }

    private void WriteStatusCallback(PooledContent form, Delivery delivery)
    {
        if (_statusCallback is null)
            return;

        form.Write("&StatusCallback="u8);
        FormEncoding.Write(form, _statusCallback);
        FormEncoding.Write(form, TwilioStatusCallback.CreateQuery(delivery));
    }

    // Omitted if the delivery is valid for at least as long as Twilio's own limit, because the messaging service may have a
    // shorter one that the parameter would override.
    private void WriteValidity(PooledContent form, Delivery delivery)
    {
        var left = (delivery.ExpiresAt - time.GetUtcNow()).TotalSeconds;
        if (left >= MaxValiditySeconds)
            return;

        form.Write("&ValidityPeriod="u8);
        FormEncoding.Write(form, Math.Max(1, (int)left).ToString(CultureInfo.InvariantCulture));
    }

    private static byte[] FormatCredentials(TwilioOptions options) =>
        Encoding.UTF8.GetBytes(
            string.IsNullOrEmpty(options.ApiKeySid)
                ? $"{options.AccountSid}:{options.AuthToken}"
                : $"{options.ApiKeySid}:{options.ApiKeySecret}"
        );

    private static byte[] EncodeSender(TwilioOptions options)
    {
        var sender = new ArrayBufferWriter<byte>();
        sender.Write(string.IsNullOrEmpty(options.From) ? "MessagingServiceSid="u8 : "From="u8);
        FormEncoding.Write(sender, string.IsNullOrEmpty(options.From) ? options.MessagingServiceSid : options.From);
        return sender.WrittenSpan.ToArray();
    }
}
