using System.Text.Json.Serialization;
using Notify.Client.Calls;
using Notify.Providers;

namespace Notify.Client.Receipts;

/// <summary>The receipts that this application reports to a service.</summary>
internal sealed class RemoteReceipts(ServiceCalls service) : IReceipts
{
    public Task<AddedReceipts> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(receipts);
        var request = ServiceRequest
            .Post("v1/receipts", tenant)
            .With(new ReceiptsBody(receipts), ReceiptJson.Default.ReceiptsBody)
            .WithKey(service.CreateKey());
        return service.CallAsync(request, ReceiptJson.Default.AddedReceipts, cancellationToken);
    }

    public Task RecordAsync(CallbackReceipts reported, CancellationToken cancellationToken = default) =>
        throw Remote.CreateNotSupported(
            "Vendors call the service at /v1/callbacks/{provider}. Call AddAsync for receipts of this application."
        );

    // The service validates every call.
    public IReadOnlyList<FieldError> Validate(IReadOnlyList<Receipt> receipts) => [];
}

internal sealed record ReceiptsBody(IReadOnlyList<Receipt> Receipts);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ReceiptsBody))]
[JsonSerializable(typeof(AddedReceipts))]
internal sealed partial class ReceiptJson : JsonSerializerContext;
