using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;
using Notify.Hosting;
using Notify.Hosting.Requests;

namespace Notify.Dashboard.Live;

/// <summary>Events as they happen. A viewer that is too slow is told how many events it missed.</summary>
internal static class LivePages
{
    public static void Map(DashboardRoutes routes, IServiceProvider services)
    {
        var limit = services.GetRequiredService<IOptions<NotificationsApiOptions>>().Value.MaxEventStreams;
        routes.MapPage("live", ApiScope.Read, ShowAsync);
        routes.MapPage("live/events", ApiScope.Read, page => Task.FromResult(Open(page))).WithMetadata(new StreamLimit(limit));
    }

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        var newest = await page
            .Http.RequestServices.GetRequiredService<INotificationQueries>()
            .ListAsync(new NotificationQuery { Tenant = page.Tenant }, new PageRequest { Limit = 20 }, page.Aborted)
            .ConfigureAwait(false);
        return new PageResult<LivePage>(page, new LiveView(newest.Items));
    }

    private static IResult Open(PageContext page)
    {
        var services = page.Http.RequestServices;
        var feed = services.GetRequiredService<IEventFeed>();
        return LiveStream.Open(
            page.Http,
            services.GetRequiredService<IHostApplicationLifetime>(),
            ended => feed.WatchAsync(new EventWatch { Tenant = page.Tenant }, ended),
            (watched, output) => Write(page, watched, output),
            greeting: ": ready\n\n"
        );
    }

    // An event is a list item of the page, as a JSON string on one line.
    private static void Write(PageContext page, WatchedEvent watched, IBufferWriter<byte> output)
    {
        var html =
            watched.Event is { } happened ? Describe(page, happened)
            : watched.HasMissed ? $"<li class=\"warn\"><strong>{DescribeMissed(watched.Missed)}</strong></li>"
            : null;
        if (html is not null)
            LiveStream.Write(output, $"data: {JsonSerializer.Serialize(html, LiveJson.Default.String)}\n\n");
    }

    private static string DescribeMissed(long? count) =>
        count is { } known ? Texts.Count(known, "event was not shown", "events were not shown") : "Some events were not shown";

    private static string Describe(PageContext page, NotifyEvent happened)
    {
        var (tone, text, notification) = EventTexts.Describe(happened);
        var encode = HtmlEncoder.Default;
        // The stream is one level deeper than the page that shows it, so the link is relative to the page.
        var link = notification is { } id
            ? $" <a href=\"{encode.Encode(page.Link($"notifications/{id}")["../".Length..])}\">Notification</a>"
            : "";
        var time = Texts.Absolute(happened.OccurredAt);
        return $"<li class=\"{tone}\"><span class=\"step\"><strong>{encode.Encode(happened.Type)}</strong> "
            + $"{encode.Encode(text)}{link}</span><span class=\"sub\">"
            + $"<time datetime=\"{Texts.Iso(happened.OccurredAt)}\" title=\"{time}\">{time}</time></span></li>";
    }
}

/// <summary>The model of the live page.</summary>
internal sealed record LiveView(IReadOnlyList<NotificationSummary> Newest);

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class LiveJson : System.Text.Json.Serialization.JsonSerializerContext;
