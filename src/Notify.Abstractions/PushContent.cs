namespace Notify;

/// <summary>
/// How a push notification shows on the device, beside its title and body. Platforms that lack a part leave it out.
/// </summary>
public sealed record PushContent
{
    /// <summary>The URL of an image to show. iOS shows it where the app has a notification service extension.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>
    /// What a tap opens: a web page, or a link into the app. Apps find it in the message's data as <c>link</c>; browsers open it
    /// by their service worker.
    /// </summary>
    public string? Link { get; init; }

    /// <summary>
    /// The name of a sound file in the app, or <c>default</c>. Null is silent on iOS, and the channel's own on Android.
    /// </summary>
    public string? Sound { get; init; }

    /// <summary>
    /// Gets the number on the app's icon; 0 removes it, null leaves it. It may be sent alone, without a title and a body, and
    /// with <see cref="IsSilent"/>. Android counts the notifications that it shows, and ignores a number that comes alone.
    /// </summary>
    public int? Badge { get; init; }

    /// <summary>
    /// The kind of notification by which the app adds buttons (iOS category, Android click action). Null for none.
    /// </summary>
    public string? Action { get; init; }

    /// <summary>Notifications with the same thread are shown as one group. Null for none.</summary>
    public string? Thread { get; init; }

    /// <summary>
    /// Wakes the app with <see cref="Content.Data"/> and shows nothing. Title and body are not sent. Default false.
    /// </summary>
    public bool IsSilent { get; init; }
}
