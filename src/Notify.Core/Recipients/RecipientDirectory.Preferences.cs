using Notify.Core.Validation;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Recipients;

/// <summary>This part finds and changes the preferences of users, who need not have a profile.</summary>
internal sealed partial class RecipientDirectory
{
    public async Task<Versioned<IReadOnlyList<Preference>>> FindPreferencesAsync(
        string tenant,
        string userId,
        CancellationToken cancellationToken = default
    )
    {
        var stored = await FindStoredAsync(tenant, userId, cancellationToken).ConfigureAwait(false);
        var preferences = stored?.Preferences ?? [];
        return new() { Value = preferences, Version = ContentVersion.Compute(preferences) };
    }

    public async Task<ChangeResult<IReadOnlyList<Preference>>> ChangePreferencesAsync(
        string tenant,
        string userId,
        IReadOnlyList<PreferenceChange> changes,
        PreferenceSource source,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    )
    {
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", tenant);
        Names.Check(errors, "id", userId);
        errors.AddRange(Validate(changes));
        InvalidRequestException.ThrowIfAny(errors);

        var now = time.GetUtcNow();
        var result = new ChangeResult<IReadOnlyList<Preference>> { Status = ChangeStatus.Unchanged };
        await users.UpdateAsync(tenant, userId, Apply, cancellationToken).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny(errors);
        return result;

        UserRecord? Apply(UserRecord stored)
        {
            errors.Clear();
            if (!precondition.Holds(ContentVersion.Compute(stored.Preferences)))
            {
                result = new() { Status = ChangeStatus.PreconditionFailed };
                return null;
            }

            var changed = changes.Aggregate(stored, (user, change) => Change(user, change, source, now));
            if (changed.Preferences.Count > MaxPreferences && changed.Preferences.Count > stored.Preferences.Count)
            {
                errors.Add(
                    new FieldError("items", FieldErrorCodes.TooMany, $"A user may have at most {MaxPreferences} preferences.")
                );
                return null;
            }

            var isUnchanged = ReferenceEquals(changed, stored);
            result = new()
            {
                Status = isUnchanged ? ChangeStatus.Unchanged : ChangeStatus.Changed,
                Value = changed.Preferences,
                Version = ContentVersion.Compute(changed.Preferences),
                Warnings = FindWarnings(changes),
            };
            return isUnchanged ? null : changed;
        }
    }

    public IReadOnlyList<FieldWarning> FindWarnings(IReadOnlyList<PreferenceChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return
        [
            .. changes
                .Index()
                .Where(change => change.Item is { Status: not null, Channel: { } channel } && !catalog.Serves(channel))
                .Select(change => new FieldWarning
                {
                    Field = $"items[{change.Index}].channel",
                    Code = FieldWarning.NoChannel,
                    Message = $"No provider of this application sends over {change.Item.Channel}. The preference is saved.",
                }),
        ];
    }

    public async Task RecordOptOutAsync(Delivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        await optOuts.RecordAsync(delivery, PreferenceSource.Reply, cancellationToken).ConfigureAwait(false);
    }

    private static UserRecord Change(UserRecord user, PreferenceChange change, PreferenceSource source, DateTimeOffset now) =>
        change.Status is { } status
            ? user.With(
                new Preference
                {
                    Category = change.Category,
                    Channel = change.Channel,
                    Status = status,
                    Source = source,
                    ChangedAt = now,
                }
            )
            : user.Without(change.Category, change.Channel);
}
