namespace Notify;

/// <summary>
/// The presentation of a push notification on the device, in addition to its title and body. Platforms ignore the parts that they
/// do not support.
/// </summary>
public sealed record PushContent
{
    /// <summary>Gets the URL of an image to show. iOS shows it only if the app has a notification service extension.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>
    /// Gets the target that a tap opens: a web page, or a link into the app. Apps receive it as <c>link</c> in the message data;
    /// in browsers, the service worker opens it.
    /// </summary>
    public string? Link { get; init; }

    /// <summary>
    /// Gets the name of a sound file in the app, or <c>default</c>. If null, the notification is silent on iOS, and Android uses
    /// the sound of the notification channel.
    /// </summary>
    public string? Sound { get; init; }

    /// <summary>
    /// Gets the number on the app icon; 0 removes it, and null leaves it unchanged. It may be sent on its own, without a title
    /// and a body, and together with <see cref="IsSilent"/>. In both cases iOS gets an alert with the number alone, which does
    /// not wake the app. Android counts the notifications that it shows, and ignores a number that is sent on its own.
    /// </summary>
    public int? Badge { get; init; }

    /// <summary>
    /// Gets the kind of notification, by which the app adds buttons (iOS category, Android click action); null for none.
    /// </summary>
    public string? Action { get; init; }

    /// <summary>Gets the thread; notifications with the same thread are shown as one group. Null for none.</summary>
    public string? Thread { get; init; }

    /// <summary>
    /// Gets whether the notification only wakes the app with <see cref="Content.Data"/> and shows nothing. The title and body are
    /// not sent. With a <see cref="Badge"/>, iOS does not wake the app, because Apple does not allow a background push to change
    /// the badge. Default false.
    /// </summary>
    public bool IsSilent { get; init; }
}
