namespace Notify.Storage.Files;

/// <summary>Keeps receipts with their deliveries.</summary>
internal sealed class FileReceiptStore(TenantFiles files) : IReceiptStore
{
    public ValueTask<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken
    ) => new(files.Change<IReadOnlyList<bool>>(tenant, data => [.. receipts.Select(data.Add)]));
}
