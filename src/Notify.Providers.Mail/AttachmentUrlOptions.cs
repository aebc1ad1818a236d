using System.ComponentModel.DataAnnotations;

namespace Notify.Providers.Mail;

/// <summary>
/// The options of attachments by URL (<see cref="Attachment.Url"/>), which all email providers of the application share.
/// Validated at start.
/// </summary>
public sealed class AttachmentUrlOptions
{
    /// <summary>
    /// Gets or sets whether http URLs are allowed besides https. Anyone on the way can change what they return. Default: false.
    /// </summary>
    public bool AllowHttp { get; set; }

    /// <summary>
    /// Gets or sets the hosts that may have addresses outside the public internet, such as <c>files.internal</c> or
    /// <c>files.internal:8443</c>. Every caller that may send a notification can then read what these hosts return without a
    /// login. Without a port, the host is allowed with every port. Default: none.
    /// </summary>
    public IList<string> PrivateHosts { get; set; } = [];

    /// <summary>Gets or sets the maximum size of one file, in bytes. 1 byte to 100 MiB; default 10 MiB.</summary>
    [Range(1, 104_857_600)]
    public int MaxBytes { get; set; } = 10_485_760;

    /// <summary>
    /// Gets or sets the maximum total size of the files that are fetched for one email, in bytes. 1 byte to 100 MiB; default
    /// 20 MiB.
    /// </summary>
    [Range(1, 104_857_600)]
    public int MaxTotalBytes { get; set; } = 20_971_520;

    /// <summary>
    /// Gets or sets how long one file may take, with all redirects and until its last byte. It does not count towards
    /// <see cref="NotificationsOptions.AttemptTimeout"/>. 1 second to 5 minutes; default 15 seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Gets or sets the maximum total size of the fetched files that a process keeps for the following deliveries of the same
    /// notification, in bytes. The files that were used least recently are removed first. 0 to 1 GiB; default 64 MiB.
    /// </summary>
    [Range(0, 1_073_741_824)]
    public int CacheBytes { get; set; } = 67_108_864;
}
