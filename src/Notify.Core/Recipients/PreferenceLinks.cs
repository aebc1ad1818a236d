using System.Globalization;
using Microsoft.Extensions.Options;
using Notify.Core.Providers;
using Notify.Core.Signing;
using Notify.Storage;

namespace Notify.Core.Recipients;

/// <summary>
/// Creates and verifies links to the page of preferences, and reads and saves what the page shows. A link ends in a token that
/// signs the tenant, the user and the time at which it expires. Nothing is stored.
/// </summary>
internal sealed class PreferenceLinks(
    IRecipients recipients,
    IUserStore users,
    IDeviceStore devices,
    ProviderCatalog providers,
    IOptions<PreferencePageOptions> options,
    IOptions<NotificationsOptions> notifications,
    TimeProvider time,
    PreferencePageAdded? added = null
) : IPreferenceLinks
{
    private const string Purpose = "preferences-1";

    private readonly SignedText? _signed = added is null ? null : new SignedText(Purpose, [options.Value.Key!]);
    private readonly string? _url = added is null ? null : options.Value.Url!.AbsoluteUri.TrimEnd('/') + '/';

    public Uri? CreateLink(string tenant, string userId)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ArgumentNullException.ThrowIfNull(userId);
        if (_signed is null)
            return null;

        var expiresAt = (time.GetUtcNow() + options.Value.LinkLifetime).ToUnixTimeSeconds();
        return new Uri(_url + _signed.Create(tenant, userId, expiresAt.ToString(CultureInfo.InvariantCulture)));
    }

    public async Task<PreferencePage?> FindAsync(string token, CancellationToken cancellationToken = default) =>
        TryRead(token) is var (tenant, userId)
            ? await CreatePageAsync(tenant, userId, cancellationToken).ConfigureAwait(false)
            : null;

    public async Task<PreferencePage?> SaveAsync(
        string token,
        IReadOnlyCollection<PreferenceChoice> choices,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(choices);
        if (TryRead(token) is not var (tenant, userId))
            return null;

        var page = await CreatePageAsync(tenant, userId, cancellationToken).ConfigureAwait(false);
        PreferenceChange[] changes =
        [
            .. choices
                .Where(choice => IsChange(page, choice))
                .DistinctBy(choice => (choice.Category, choice.Channel))
                .Select(choice => new PreferenceChange
                {
                    Category = choice.Category,
                    Channel = choice.Channel,
                    Status = choice.IsWanted ? PreferenceStatus.OptedIn : PreferenceStatus.OptedOut,
                }),
        ];
        if (changes.Length == 0)
            return page;

        await recipients
            .ChangePreferencesAsync(
                tenant,
                userId,
                changes,
                PreferenceSource.PreferencePage,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return await CreatePageAsync(tenant, userId, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsChange(PreferencePage page, PreferenceChoice choice) =>
        page.Categories.FirstOrDefault(category => category.Category.Name == choice.Category) is { IsAlwaysSent: false } shown
        && page.Channels.Contains(choice.Channel)
        && shown.Wanted.Contains(choice.Channel) != choice.IsWanted;

    private async ValueTask<PreferencePage> CreatePageAsync(string tenant, string userId, CancellationToken cancellationToken)
    {
        var stored = (await users.FindAsync(tenant, [userId], cancellationToken).ConfigureAwait(false))[0];
        var channels = await FindChannelsAsync(tenant, userId, stored.User, cancellationToken).ConfigureAwait(false);
        return new PreferencePage
        {
            Locale = stored.User?.Locale,
            Channels = channels,
            Categories =
            [
                .. options.Value.Categories.Select(category =>
                {
                    var isAlwaysSent =
                        category.IsTransactional || notifications.Value.MandatoryCategories.Contains(category.Name);
                    return new PreferencePageCategory
                    {
                        Category = category,
                        IsAlwaysSent = isAlwaysSent,
                        Wanted = channels.Where(channel => isAlwaysSent || stored.Wants(category.Name, channel)).ToHashSet(),
                    };
                }),
            ],
        };
    }

    // A user without a profile, or without an address, may get one later, so all channels are shown.
    private async ValueTask<IReadOnlyList<Channel>> FindChannelsAsync(
        string tenant,
        string userId,
        User? user,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<Channel> all = options.Value.Channels.Count > 0 ? [.. options.Value.Channels] : providers.Channels;
        var hasDevices =
            all.Contains(Channel.Push)
            && (await devices.FindAsync(tenant, [userId], cancellationToken).ConfigureAwait(false)).Count > 0;
        Channel[] reached =
        [
            .. all.Where(channel =>
                channel == Channel.Push ? hasDevices : user?.Addresses.ContainsKey(channel.AddressName) == true
            ),
        ];
        return reached.Length > 0 ? reached : all;
    }

    private (string Tenant, string UserId)? TryRead(string token) =>
        _signed is not null
        && _signed.TryRead(token, out var parts)
        && parts is [var tenant, var userId, var expires]
        && long.Parse(expires, CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds()
            ? (tenant, userId)
            : null;
}

/// <summary>Marks that the application added the page of preferences, which makes its options required.</summary>
internal sealed class PreferencePageAdded;
