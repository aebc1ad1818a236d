using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Twilio;

/// <summary>Writes answers in Twilio's format (Twilio, "Messages resource" and "Twilio's response").</summary>
internal static class TwilioAnswers
{
    public static Task EmptyListAsync(HttpContext context) => WriteAsync(context, 200, new { messages = Array.Empty<object>() });

    public static Task CreatedAsync(HttpContext context, TwilioSms message, TwilioAccount account)
    {
        var path = $"/2010-04-01/Accounts/{account.Sid}/Messages/{message.Sid}";
        var created = DateTimeOffset.UtcNow.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture);
        return WriteAsync(
            context,
            201,
            new
            {
                account_sid = account.Sid,
                api_version = "2010-04-01",
                body = message.Body,
                date_created = created,
                date_sent = (string?)null,
                date_updated = created,
                direction = "outbound-api",
                error_code = (int?)null,
                error_message = (string?)null,
                from = message.From,
                messaging_service_sid = message.MessagingServiceSid,
                num_media = "0",
                num_segments = message.From is null
                    ? "0"
                    : TwilioSegments.Count(message.Body).ToString(CultureInfo.InvariantCulture),
                price = (string?)null,
                price_unit = message.From is null ? null : "USD",
                sid = message.Sid,
                status = message.From is null ? "accepted" : "queued",
                subresource_uris = new { media = $"{path}/Media.json" },
                to = message.To,
                uri = $"{path}.json",
            }
        );
    }

    public static Task ErrorAsync(HttpContext context, int status, int code, string message) =>
        WriteAsync(
            context,
            status,
            new
            {
                code,
                message,
                more_info = $"https://www.twilio.com/docs/errors/{code}",
                status,
            }
        );

    private static async Task WriteAsync<T>(HttpContext context, int status, T answer)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(answer);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
