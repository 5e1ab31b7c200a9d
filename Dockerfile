# Web application and worker in one image. The data folder is the volume /data.
#   docker build -t blazortransfer .
#   docker run -p 5210:5210 -v blazortransfer:/data blazortransfer
# Nothing is written outside of the volume: --read-only --cap-drop ALL --security-opt no-new-privileges are fine.
# With an NVIDIA GPU: docker build --build-arg TORCH_BACKEND=cuda …, then docker run --gpus all …
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TORCH_BACKEND=cpu
WORKDIR /source
COPY . .
# The worker first and apart: it alone brings libtorch, and the web process must never load it.
RUN dotnet publish src/BlazorTransfer.Worker -c Release -r linux-x64 --no-self-contained -p:TorchBackend=$TORCH_BACKEND -o /app/worker \
 && dotnet publish src/BlazorTransfer.Web -c Release -r linux-x64 --no-self-contained -p:TorchBackend=$TORCH_BACKEND -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
RUN mkdir /data && chown $APP_UID /data
# Without the last, the runtime would not start on a read-only root, as it creates pipes for debuggers there.
ENV BLAZORTRANSFER_DataFolder=/data \
    BLAZORTRANSFER_Urls=http://0.0.0.0:5210 \
    DOTNET_EnableDiagnostics=0
VOLUME /data
EXPOSE 5210
USER $APP_UID
# The base image has no curl; bash speaks enough HTTP for this.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5210 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["dotnet", "BlazorTransfer.Web.dll"]
