using System.Globalization;
using FirebaseAdmin.Messaging;
using Google.Apis.Json;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Notify.Queueing;
using FcmNotification = FirebaseAdmin.Messaging.Notification;
using FcmPriority = FirebaseAdmin.Messaging.Priority;

namespace Notify.Providers.FirebaseAdmin;

/// <summary>Writes a delivery as the SDK's message.</summary>
internal static class MessageComposer
{
    private const string Override = "fcm";

    /// <summary>The longest that FCM keeps a message: four weeks (FCM, "Set the lifespan of a message").</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(28);

    private static readonly JsonMergeSettings Replacing = new()
    {
        MergeArrayHandling = MergeArrayHandling.Replace,
        MergeNullValueHandling = MergeNullValueHandling.Merge,
    };

    /// <exception cref="JsonException">The override does not fit the message.</exception>
    public static Message Compose(Delivery delivery, DateTimeOffset now)
    {
        var content = delivery.Content;
        var message = new Message
        {
            Data = DataOf(content),
            Notification = NotificationOf(content),
            Android = AndroidOf(delivery, now),
            Apns = ApnsOf(delivery),
        };
        if (content.Overrides?.TryGetValue(Override, out var laidOver) == true)
            message = LayOver(message, laidOver.GetRawText());
        FcmTarget.Set(message, delivery.To);
        return message;
    }

    private static IReadOnlyDictionary<string, string>? DataOf(Content content) =>
        content.Push?.Link is { } link
            ? new Dictionary<string, string>(content.Data ?? new Dictionary<string, string>()) { ["link"] = link }
            : content.Data;

    private static FcmNotification? NotificationOf(Content content) =>
        IsSilent(content) || (content.Push?.Badge is not null && HasNoText(content))
            ? null
            : new FcmNotification
            {
                Title = content.Title,
                Body = content.Body,
                ImageUrl = content.Push?.ImageUrl,
            };

    private static AndroidConfig AndroidOf(Delivery delivery, DateTimeOffset now) =>
        new()
        {
            CollapseKey = delivery.CollapseKey,
            Priority = delivery.Priority == Priority.High ? FcmPriority.High : FcmPriority.Normal,
            TimeToLive = LifeOf(delivery, now),
            Notification = AndroidNotificationOf(delivery.Content, now),
        };

    // The SDK sends every field of an Android notification, its time included, so there is one only where it says something.
    private static AndroidNotification? AndroidNotificationOf(Content content, DateTimeOffset now) =>
        IsSilent(content)
        || content.Push is not { } push
        || push is { Sound: null, Action: null, Badge: null }
        || (push.Badge is not null && HasNoText(content))
            ? null
            : new AndroidNotification
            {
                Sound = push.Sound,
                ClickAction = push.Action,
                NotificationCount = push.Badge,
                EventTimestamp = now.UtcDateTime,
            };

    private static ApnsConfig ApnsOf(Delivery delivery)
    {
        var silent = IsSilent(delivery.Content);
        var headers = new Dictionary<string, string>
        {
            ["apns-expiration"] = delivery.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            // The same priorities as the APNs provider sends. Apple refuses a background push of priority 10; Firebase, data
            // alone ("Set the priority of a message").
            ["apns-priority"] = delivery.Priority == Priority.Bulk || IsDataAlone(delivery.Content) ? "5" : "10",
        };
        if (silent && delivery.Content.Push!.Badge is null)
            headers["apns-push-type"] = "background";
        else if (delivery.Content.Push?.Badge is not null && (silent || HasNoText(delivery.Content)))
            headers["apns-push-type"] = "alert";
        if (delivery.CollapseKey is not null)
            headers["apns-collapse-id"] = delivery.CollapseKey;
        return new ApnsConfig { Headers = headers, Aps = ApsOf(delivery.Content.Push, silent) };
    }

    private static Aps ApsOf(PushContent? push, bool silent) =>
        silent
            ? new Aps { ContentAvailable = true, Badge = push!.Badge }
            : new Aps
            {
                Sound = push?.Sound,
                Badge = push?.Badge,
                Category = push?.Action,
                ThreadId = push?.Thread,
                MutableContent = push?.ImageUrl is not null,
            };

    private static bool IsDataAlone(Content content) =>
        IsSilent(content) || content is { Title: null, Body: null, Push: null or { ImageUrl: null, Badge: null, Sound: null } };

    private static bool HasNoText(Content content) => content is { Title: null, Body: null, Push: null or { ImageUrl: null } };

    private static bool IsSilent(Content content) => content.Push?.IsSilent == true;

    private static TimeSpan LifeOf(Delivery delivery, DateTimeOffset now)
    {
        var seconds = Math.Floor((delivery.ExpiresAt - now).TotalSeconds);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestLife.TotalSeconds));
    }

    private static Message LayOver(Message message, string json)
    {
        var serializer = NewtonsoftJsonSerializer.Instance;
        var merged = Read(serializer.Serialize(message));
        merged.Merge(Read(json), Replacing);
        return serializer.Deserialize<Message>(merged.ToString());
    }

    // Newtonsoft.Json takes texts for dates unless it is told not to.
    private static JObject Read(string json)
    {
        using var reader = new JsonTextReader(new StringReader(json)) { DateParseHandling = DateParseHandling.None };
        return JObject.Load(reader);
    }
}
