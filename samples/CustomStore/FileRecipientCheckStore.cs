using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>Reads the recipients of waiting deliveries, and redirects deliveries.</summary>
internal sealed class FileRecipientCheckStore(TenantFiles files) : IRecipientCheckStore
{
    public ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    ) => new([.. questions.Select(question => files.Read(question.Tenant, data => Answer(question, data)))]);

    public ValueTask<IReadOnlyList<bool>> RedirectAsync(
        IReadOnlyList<Redirection> redirections,
        CancellationToken cancellationToken
    ) =>
        new(
            files.ChangeAll<IReadOnlyList<bool>>(tenants =>
                [.. redirections.Select(redirection => Redirect(redirection, tenants))]
            )
        );

    private static RecipientAnswer Answer(RecipientQuestion question, TenantData data) =>
        new(
            data.Users.GetValueOrDefault(question.UserId),
            question.WithDevices
                ? [.. data.Devices.Where(device => device.UserId == question.UserId && device.PrunedAt is null)]
                : [],
            question.Topic is { } topic && data.Topics.GetValueOrDefault(topic)?.Contains(question.UserId) == true
        );

    private static bool Redirect(Redirection redirection, IReadOnlyList<TenantData> tenants)
    {
        if (tenants.FindLeased(redirection.DeliveryId, redirection.Fence) is not { } found)
            return false;

        found.Stored.Delivery = found.Stored.Delivery with { To = redirection.To };
        return true;
    }
}
